// Follows a feed from its first message and checks its chain; a line of JSON for each message.
// follow.mjs URL CREDS COUNT [ACCOUNT]   ACCOUNT: whose consumer, if not the creds' own
import { createHash } from "node:crypto";
import { jetstream } from "@nats-io/jetstream";
import { party } from "./party.mjs";

const [url, creds, count, whose] = process.argv.slice(2);
const { nc, account } = await party(url, creds);
const js = jetstream(nc, { apiPrefix: "FEED.API", checkAPI: false, timeout: 5000 });
try {
  const consumer = await js.consumers.get("FEED", whose ?? account);
  let left = Number(count);
  let next = 1;
  let previous = "0".repeat(64);
  const messages = await consumer.consume({ max_messages: 10, expires: 5000 });
  for await (const message of messages) {
    const event = message.json();
    require(event.specversion === "1.0", "a CloudEvent");
    require(event.sequence === String(next), `sequence ${next}, got ${event.sequence}`);
    require(event.previoushash === previous, `previoushash ${previous}, got ${event.previoushash}`);
    previous = createHash("sha256").update(message.data).digest("hex");
    next += 1;
    require(await message.ackAck(), "the server's word that it heard the ack");
    console.log(JSON.stringify({ type: event.type, body: message.string() }));
    left -= 1;
    if (left === 0) break;
  }
  messages.stop();
} finally {
  await nc.close();
}

function require(holds, expected) {
  if (!holds) throw new Error(`expected ${expected}`);
}
