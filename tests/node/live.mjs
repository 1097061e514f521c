// Hears a feed live; a line of JSON for each message: live.mjs URL CREDS COUNT
import { party } from "./party.mjs";

const [url, creds, count] = process.argv.slice(2);
const { nc } = await party(url, creds);
try {
  const heard = nc.subscribe("live.>", { max: Number(count) });
  for await (const message of heard) {
    const number = message.headers.get("Nats-Sequence");
    console.log(JSON.stringify({ subject: message.subject, number, body: message.string() }));
  }
} finally {
  await nc.close();
}
