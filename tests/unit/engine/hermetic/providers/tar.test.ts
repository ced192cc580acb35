import { execFileSync } from "node:child_process";
import { tar } from "../../../../../engine/hermetic/providers/tar";

const list = (archive: Buffer): string[] =>
  execFileSync("tar", ["-tvf", "-", "--numeric-owner"], { input: archive, encoding: "utf8" })
    .trim()
    .split("\n");

describe("tar", () => {
  it("is read by tar: root's files unless they say otherwise, with mode, link and folder", () => {
    const archive = tar([
      { name: "d", mode: 0o755, content: Buffer.alloc(0), directory: true },
      { name: "d/a", mode: 0o444, content: Buffer.from("hällo"), mtime: 86400 },
      { name: "d/b", mode: 0o400, content: Buffer.from("b"), owner: 12345 },
      { name: "l", mode: 0o777, content: Buffer.alloc(0), linkTo: "d/a" },
    ]);
    const lines = list(archive).map((line) => line.replace(/\s+/g, " "));
    expect(lines[0]).toMatch(/^drwxr-xr-x 0\/0 0 .* d\/$/);
    expect(lines[1]).toMatch(/^-r--r--r-- 0\/0 6 .* d\/a$/);
    expect(lines[2]).toMatch(/^-r-------- 12345\/12345 1 .* d\/b$/);
    expect(lines[3]).toMatch(/^lrwxrwxrwx 0\/0 0 .* l -> d\/a$/);
    expect(execFileSync("tar", ["-xOf", "-", "d/a"], { input: archive, encoding: "utf8" })).toBe("hällo");
  });
  it("splits long paths, and refuses what is too long", () => {
    const long = `${"p".repeat(90)}/${"q".repeat(90)}`;
    expect(list(tar([{ name: long, mode: 0o644, content: Buffer.alloc(600) }])).join()).toContain(long);
    expect(() => tar([{ name: "x".repeat(101), mode: 0o644, content: Buffer.alloc(0) }])).toThrow("too long");
  });
});
