/** What TRAIL-2 makes of events: JavaScript, since threads find it by its address. */
export function eventNames() {
  return (event) => event.eventName;
}
