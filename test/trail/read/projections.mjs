/** Projections that tests have threads make: JavaScript, since it is named by its address. */
import { threadId } from "node:worker_threads";

export function ids() {
  return (event) => event.eventID;
}

export async function withOptions({ prefix, counts }) {
  await Promise.resolve();
  return (event, place) => {
    if (counts !== undefined) Atomics.add(counts, 0, 1);
    return `${prefix}${event.eventID}@${place.record}`;
  };
}

/** Throws at some events, and makes what JSON cannot hold of others. */
export function picky() {
  return ({ eventID }) => {
    if (eventID === "e1") throw new Error("not this one");
    if (eventID === "e2") return 1n;
    if (eventID === "e3") return undefined;
    if (eventID === "e4") throw null;
    return eventID;
  };
}

/** Ends its thread at some events. */
export function deadly({ at }) {
  return ({ eventID }) => {
    if (at.includes(eventID)) process.exit(3);
    return eventID;
  };
}

/** Brings its thread down from outside of the projection. */
export function laterDeadly({ at }) {
  return ({ eventID }) => {
    if (eventID === at) {
      queueMicrotask(() => {
        throw new Error("out of nowhere");
      });
    }
    return eventID;
  };
}

export function threads() {
  return () => threadId;
}

export function slow() {
  return (event) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    return event.eventID;
  };
}

export const number = 7;
export function makesNothing() {}
export function failing() {
  throw new Error("no such database");
}
