import fc from "fast-check";
import { Registry } from "prom-client";
import type { Log } from "../../../../services/kit/log";
import { LineError, lineOf, type Row } from "../../../../services/questdb-writer/src/line-protocol";
import { QuestdbError, type WriteAnswer } from "../../../../services/questdb-writer/src/questdb";
import { missingColumns, tables } from "../../../../services/questdb-writer/src/tables";
import { Writer } from "../../../../services/questdb-writer/src/writer";
import { expectedTables } from "../../../../services/datainit/src/migrations";
import { questdbMigrations } from "../../../../services/datainit/src/questdb-schema";

const row = (symbol: string, price = "1.5"): Row => ({
  table: "ticks",
  symbols: { venue: "sim", symbol, nothing: undefined },
  fields: {
    price: { type: "decimal", value: price },
    bid: undefined,
    source_seq: { type: "long", value: 7 },
  },
  timestamp: 1000,
});

test("a line holds every kind of value, and nothing of what is not there", () => {
  const line = lineOf({
    ...row("A B,C=D\\E"),
    fields: {
      price: { type: "decimal", value: "-0.000000000000000001" },
      text: { type: "text", value: 'say "no"\\\nnow' },
      at: { type: "timestamp", value: 12 },
      count: { type: "long", value: -3 },
    },
  });
  expect(line).toBe(
    'ticks,venue=sim,symbol=A\\ B\\,C\\=D\\\\E price=-0.000000000000000001d,text="say \\"no\\"\\\\\\\nnow",at=12000t,count=-3i 1000',
  );
});

test("what is no number is not said", () => {
  expect(() => lineOf(row("A", "1e5"))).toThrow(LineError);
  expect(() => lineOf(row("A", "1d,price=2"))).toThrow(LineError);
  expect(() => lineOf({ ...row("A"), timestamp: 1.5 })).toThrow(LineError);
  expect(() => lineOf({ ...row("A"), fields: {} })).toThrow(LineError);
});

/** Reads a line back by the rules of the protocol, knowing nothing of how it was written. */
function unescaped(line: string): { readonly tags: readonly string[]; readonly end: number } {
  const tags: string[] = [""];
  let index = 0;
  for (; index < line.length && line[index] !== " "; index++) {
    if (line[index] === ",") tags.push("");
    else
      tags.push(`${tags.pop() ?? ""}${line[index] === "\\" ? (line[++index] ?? "") : (line[index] ?? "")}`);
  }
  return { tags, end: index };
}

test("no symbol can end its value", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(" ", ",", "=", "\\", "\n", "\r", '"', "a", "ü"), minLength: 1 }),
      (value) => {
        const line = lineOf({ ...row(value), symbols: { symbol: value } });
        const { tags, end } = unescaped(line);
        expect(tags).toEqual(["ticks", `symbol=${value}`]);
        expect(line.slice(end)).toBe(" price=1.5d,source_seq=7i 1000");
      },
    ),
  );
});

const error = jest.fn();
const log = { error } as unknown as Log;

const good = (table: string) => Promise.resolve(tables[table] ?? []);

function writerOn(
  write: (lines: readonly string[]) => Promise<WriteAnswer>,
  columnsOf: (table: string) => Promise<readonly string[]> = good,
): { readonly writer: Writer; readonly metrics: Registry } {
  const metrics = new Registry();
  return { writer: new Writer({ write, columnsOf, log, metrics }), metrics };
}

/** A server that refuses some rows, by line when it is asked to say so. */
function picky(isBad: (line: string) => boolean, saysLine: boolean) {
  const written: string[] = [];
  const write = (lines: readonly string[]): Promise<WriteAnswer> => {
    const bad = lines.findIndex(isBad);
    if (bad >= 0)
      return Promise.resolve({ kind: "refused", line: saysLine ? bad + 1 : undefined, reason: "bad" });
    written.push(...lines);
    return Promise.resolve({ kind: "written" });
  };
  return { written, write };
}

test("all that can be written is, whatever stands beside it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      async (goods, saysLine) => {
        const { written, write } = picky((line) => line.includes("BAD"), saysLine);
        const { writer, metrics } = writerOn(write);
        await writer.write(goods.map((isGood, index) => row(`${isGood ? "GOOD" : "BAD"}${index}`)));
        expect(written).toEqual(
          goods.flatMap((isGood, index) => (isGood ? [lineOf(row(`GOOD${index}`))] : [])),
        );
        const text = await metrics.metrics();
        const bad = goods.filter((isGood) => !isGood).length;
        expect(text.includes(`outcome="put_aside"} ${bad}`)).toBe(bad > 0);
      },
    ),
  );
});

test("a row that no line can say is put aside, too", async () => {
  const { written, write } = picky(() => false, true);
  await writerOn(write).writer.write([row("A"), row("B", "NaN"), row("C")]);
  expect(written).toEqual([lineOf(row("A")), lineOf(row("C"))]);
  expect(error).toHaveBeenLastCalledWith(
    expect.objectContaining({ table: "ticks", reason: 'price: "NaN" is no decimal' }),
    expect.stringContaining("put aside"),
  );
});

test("when a table or column is missing, no row is to blame: all of it comes again", async () => {
  const { write } = picky(() => true, true);
  let columns = good;
  const { writer } = writerOn(write, (table) => columns(table));
  await writer.write([row("A")]);
  columns = (table) =>
    Promise.resolve(table === "ticks" ? [] : (tables[table] ?? []).filter((name) => name !== "price"));
  await expect(writer.write([row("A")])).rejects.toThrow(/no table ticks.*fills has no price/);
  await expect(writer.ready()).rejects.toThrow(QuestdbError);
});

test("an error of the server is no refusal", async () => {
  const { writer } = writerOn(() => Promise.reject(new QuestdbError("QuestDB answered 500")));
  await expect(writer.write([row("A")])).rejects.toThrow(QuestdbError);
});

test("the columns that are written are the columns that the migrations make", async () => {
  const made = expectedTables(questdbMigrations);
  const columnsOf = (table: string) => Promise.resolve(made.get(table)?.map(([name]) => name) ?? []);
  expect(await missingColumns(columnsOf)).toBeUndefined();
});
