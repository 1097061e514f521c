// Appends to Emmett as it is asked to, one JSON line each, and answers with the seconds it took.
// node emmett.mjs postgres URL | sqlite FILE, the body of every event on the first line
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';

const stores = {
  postgres: async (url) => (await import('@event-driven-io/emmett-postgresql')).getPostgreSQLEventStore(url),
  sqlite: async (fileName) =>
    (await import('@event-driven-io/emmett-sqlite')).getSQLiteEventStore({
      fileName,
      schema: { autoMigration: 'CreateOrUpdate' },
    }),
};

const [kind, where] = process.argv.slice(2);
const store = await stores[kind](where);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const data = JSON.parse((await lines.next()).value);
const once = (events) =>
  store.appendToStream(
    `incident-${randomUUID()}`,
    Array.from({ length: events }, () => ({ type: 'IncidentReported', data })),
    { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' },
  );

// Its SQLite store reads one row of INSERT … RETURNING and commits: where that statement is not yet
// put away, SQLite cannot commit (SQLITE_BUSY), the append is undone, and a caller has to ask again.
const append = async (events) => {
  for (let tries = 1; ; tries++) {
    try {
      return await once(events);
    } catch (error) {
      if (error.code !== 'SQLITE_BUSY' || tries === 10) throw error;
    }
  }
};

await append(1); // makes its tables
for await (const line of lines) {
  const { appends, events } = JSON.parse(line);
  const since = performance.now();
  for (let done = 0; done < appends; done++) await append(events);
  console.log(JSON.stringify({ seconds: (performance.now() - since) / 1000 }));
}
await store.close?.();
process.exit(0);
