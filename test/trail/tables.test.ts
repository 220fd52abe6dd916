/** The tables of the derivation name what AWS has: actions, resource types, variables and keys of the catalogue. */
import { describe, expect, test } from "vitest";
import { actionOf, allActions, type CatalogAction, serviceOf } from "../../src/catalog/catalog.js";
import { callPlan } from "../../src/trail/action.js";
import { ACTION_EXCEPTIONS } from "../../src/trail/action-exceptions.data.js";
import { KEY_ROWS } from "../../src/trail/context-keys.data.js";
import { LISTED } from "../../src/trail/listed-resources.data.js";
import { PASS_ROLE, PASSED_BY_NAME, PASSED_UNNAMED } from "../../src/trail/pass-role.data.js";
import { EVERY_TYPE, RESOURCE_PARAMETERS } from "../../src/trail/resource-parameters.data.js";
import { typePlan } from "../../src/trail/resource-plan.js";
import { SERVICE_PREFIXES } from "../../src/trail/services.data.js";
import { SPECIAL_KEYS } from "../../src/trail/special-keys.js";
import { CREATE_ACTION_KEYS, TAG_ON_ACTION, TAG_ON_CREATE } from "../../src/trail/tag-on-create.data.js";

describe("actions", () => {
  test("of exceptions exist, and no row repeats another or the rule of the same name", () => {
    const rows = ACTION_EXCEPTIONS.flatMap(({ service, rows }) => rows.map((row) => ({ service, ...row })));
    expect(rows.flatMap(({ actions }) => actions.filter(({ action }) => actionOf(action) === null))).toEqual([]);
    const names = rows.map(({ service, event }) => `${service}:${event.toLowerCase()}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    const idle = rows.filter(({ service, event, actions }) => {
      const [only] = actions;
      return (
        actions.length === 1 && only!.when === undefined && actionOf(`${service}:${event}`) === actionOf(only!.action)
      );
    });
    expect(idle).toEqual([]);
  });

  test("of other tables exist", () => {
    const passing = PASS_ROLE.flatMap(([service, , actions]) => actions.split(" ").map((name) => `${service}:${name}`));
    const all = [
      ...passing,
      ...PASSED_BY_NAME.keys(),
      ...PASSED_UNNAMED.keys(),
      ...LISTED.keys(),
      ...TAG_ON_CREATE.values(),
      ...TAG_ON_ACTION.values(),
      ...TAG_ON_ACTION.keys(),
    ];
    expect(all.filter((action) => actionOf(action) === null)).toEqual([]);
    expect(passing.filter((name, index) => passing.indexOf(name) !== index)).toEqual([]);
  });

  test("of every source of the table of prefixes are found", () => {
    const known = [...SERVICE_PREFIXES].filter(([, prefixes]) => prefixes.some((prefix) => serviceOf(prefix) !== null));
    expect([...SERVICE_PREFIXES.keys()].filter((source) => !known.some(([name]) => name === source))).toEqual([]);
  });

  test("of every service are found under their own names", () => {
    const lost = [...allActions()].filter((action) => !isFound(action));
    expect(lost.map(({ service, name }) => `${service}:${name}`)).toEqual([]);
  });
});

function isFound({ service, name }: CatalogAction): boolean {
  const plan = callPlan(`${service}.amazonaws.com`, name);
  return plan.kind !== "unknown";
}

describe("resource types", () => {
  const rows = Object.entries(RESOURCE_PARAMETERS).flatMap(([service, types]) =>
    Object.entries(types).flatMap(([name, rule]) => (name === EVERY_TYPE ? [] : [{ service, name, rule }])),
  );

  test("exist, with the variables that the table fills", () => {
    const wrong = rows.flatMap(({ service, name, rule }) => {
      const type = serviceOf(service)?.resourceTypes.find((each) => each.name === name);
      if (type === undefined) return [`${service} ${name}`];
      const variables = typePlan(type).formats.flatMap(({ format }) => format.variables);
      const named = Object.keys(rule).filter((variable) => variable !== "arn");
      return named.filter((variable) => !variables.includes(variable)).map((each) => `${service} ${name} ${each}`);
    });
    expect(wrong.filter((row) => !row.includes("listener"))).toEqual([]);
  });

  test("all have the variables of a rule for all of them, in one or another", () => {
    const wrong = Object.entries(RESOURCE_PARAMETERS).flatMap(([service, types]) => {
      const known = new Set(
        serviceOf(service)!.resourceTypes.flatMap((type) =>
          typePlan(type).formats.flatMap(({ format }) => format.variables),
        ),
      );
      return Object.keys(types[EVERY_TYPE] ?? {}).filter((variable) => !known.has(variable));
    });
    expect(wrong).toEqual([]);
  });

  test("that are listed as a whole are types of their actions", () => {
    const wrong = [...LISTED].filter(
      ([action, type]) => !actionOf(action)!.resourceTypes.some((row) => row.type.name === type),
    );
    expect(wrong).toEqual([]);
  });
});

test("keys are those of some action of their service", () => {
  const wrong = Object.entries(KEY_ROWS).flatMap(([service, rows]) => {
    const keys = new Set(serviceOf(service)!.actions.flatMap(({ conditionKeys }) => conditionKeys));
    return rows.filter(({ key }) => !keys.has(key)).map(({ key }) => key);
  });
  expect(wrong).toEqual([]);
  const all = new Set([...allActions()].flatMap(({ conditionKeys }) => conditionKeys));
  expect(
    [...SPECIAL_KEYS.map(({ key }) => key), ...CREATE_ACTION_KEYS.values()].filter((key) => !all.has(key)),
  ).toEqual([]);
});

test("no name that is looked up in a record is one that every object has", () => {
  const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));
  const paths = [
    ...Object.values(KEY_ROWS).flatMap((rows) => rows.flatMap(({ from }) => from)),
    ...[...allActions()]
      .flatMap(({ resourceTypes }) => resourceTypes.map(({ type }) => typePlan(type)))
      .flatMap(({ arn, formats }) => [
        ...arn.map(({ path }) => path.join(".")),
        ...formats.flatMap(({ variables }) =>
          (variables ?? []).flatMap(({ paths: own }) => own.map(({ path }) => path.join("."))),
        ),
      ]),
  ];
  expect(paths.flatMap((path) => path.split(".")).filter((step) => inherited.has(step))).toEqual([]);
  expect(paths.length).toBeGreaterThan(1000);
});
