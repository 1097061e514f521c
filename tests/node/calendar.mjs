// Reads a calendar as Thunderbird's parser does; prints what it understood, as JSON.
import { readFile } from "node:fs/promises";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(await readFile(process.argv[2], "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((found) => {
  const event = new ICAL.Event(found);
  const alarms = found.getAllSubcomponents("valarm").map((alarm) => {
    const rings = event.startDate.clone();
    rings.addDuration(alarm.getFirstPropertyValue("trigger"));
    return {
      uid: alarm.getFirstPropertyValue("uid"),
      action: alarm.getFirstPropertyValue("action"),
      at: rings.toJSDate().toISOString(),
    };
  });
  return {
    uid: event.uid,
    at: event.startDate.toJSDate().toISOString(),
    summary: event.summary,
    description: event.description,
    url: found.getFirstPropertyValue("url"),
    stamp: found.getFirstPropertyValue("dtstamp").toJSDate().toISOString(),
    alarms,
  };
});
const name = calendar.getFirstPropertyValue("name");
const again = calendar.getFirstPropertyValue("refresh-interval");
console.log(JSON.stringify({ name, again: String(again), events }));
