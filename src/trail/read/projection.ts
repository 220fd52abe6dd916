/** Functions that threads find by a module's address, since functions themselves cannot cross to them. */
import type { EventMapper } from "./batch.js";
import { type Place, TrailError, type TrailEvent } from "./item.js";

/**
 * What is made of each event on the thread that read it, so that whole records need not cross. `T` is plain JSON (what JSON
 * does not know crosses as `JSON.stringify` has it).
 */
export interface Projection {
  /** The address of a module, as `import.meta.url` and `new URL(…).href` give it. */
  readonly module: string;
  /** Its export that is a `ProjectionFactory`. */
  readonly name: string;
  /** Handed to the factory as a structured clone: shared memory stays shared. */
  readonly options?: unknown;
}

/**
 * Called once on each thread; may load what it needs. The mapper it returns is called for every event in order, must not
 * change it, and may remember what it likes. If it throws, the event becomes an item `projection-failed`.
 */
export type ProjectionFactory<T> = (options: unknown) => Mapper<T> | Promise<Mapper<T>>;

export type Mapper<T> = (event: TrailEvent, place: Place) => T;

export async function loadProjection(projection: Projection | null): Promise<EventMapper | null> {
  if (projection === null) return null;
  const { module, name, options } = projection;
  let map: unknown;
  try {
    const factory = ((await import(module)) as Record<string, unknown>)[name];
    if (typeof factory !== "function") throw new Error(`the module has no function \`${name}\``);
    map = await factory(options);
  } catch (error) {
    throw new TrailError(
      "projection-invalid",
      `cannot use the projection of \`${module}\`: ${(error as Error).message}`,
    );
  }
  if (typeof map !== "function")
    throw new TrailError("projection-invalid", `\`${name}\` of \`${module}\` makes no function`);
  return map as EventMapper;
}
