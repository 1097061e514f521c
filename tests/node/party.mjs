// A party's connection, from nothing but the .creds file it was given.
import { readFile } from "node:fs/promises";
import { connect, credsAuthenticator } from "@nats-io/transport-node";

export async function party(url, file) {
  const creds = await readFile(file);
  const nc = await connect({ servers: url, authenticator: credsAuthenticator(creds), timeout: 5000 });
  return { nc, account: claims(creds.toString()).iss };
}

function claims(creds) {
  const [, jwt] = /BEGIN NATS USER JWT-+\s+(\S+)/.exec(creds);
  return JSON.parse(Buffer.from(jwt.split(".")[1], "base64url"));
}
