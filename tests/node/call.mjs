// Sends one command or question and prints the answer: call.mjs URL CREDS VERB BODY
import { party } from "./party.mjs";

const [url, creds, verb, body] = process.argv.slice(2);
const { nc } = await party(url, creds);
try {
  const answer = await nc.request(`intake.${verb}`, body, { timeout: 20000 });
  console.log(answer.string());
  process.exitCode = answer.headers?.get("Varsel-Error") === "1" ? 1 : 0;
} finally {
  await nc.close();
}
