import fc from "fast-check";
import {
  basicCredential,
  credentialsIn,
  joinTexts,
  resolveContent,
  secretRef,
  secretText,
  type Credential,
  type SecretRef,
} from "../../../model/secrets";

const credential: Credential = {
  id: "db-app",
  username: "app",
  purpose: "Database: app",
  protectsData: true,
};
const plain: SecretRef = { credential: "db-app", form: "plain" };

describe("secretText", () => {
  it("keeps references apart from the text around them", () => {
    expect(secretText`user=${credential.username} port=${5432} password=${secretRef(credential)};`).toEqual({
      parts: ["user=app port=5432 password=", plain, ";"],
    });
  });

  it("names the form in which a program takes a secret", () => {
    expect(secretText`${secretRef(credential, "bcrypt")}`).toEqual({
      parts: [{ credential: "db-app", form: "bcrypt" }],
    });
  });

  it("splices nested texts in, so that equal texts have equal parts", () => {
    const inner = secretText`b${secretRef(credential)}c`;
    expect(secretText`a${inner}d`).toEqual(secretText`ab${secretRef(credential)}cd`);
  });

  it("has no parts when it is empty", () => {
    expect(secretText``).toEqual({ parts: [] });
  });
});

it("joins with a separator between, not around", () => {
  expect(joinTexts(["a", secretText`${secretRef(credential)}`, "b"], ", ")).toEqual({
    parts: ["a, ", plain, ", b"],
  });
  expect(joinTexts([], ", ")).toEqual({ parts: [] });
});

it("encodes a user name and a password as HTTP wants them (the example of RFC 7617)", () => {
  expect(basicCredential("Aladdin", "open sesame")).toBe("QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
});

it("lists the references of a content, and none of plain text", () => {
  expect(credentialsIn(secretText`x${secretRef(credential)}y${secretRef(credential, "sha256")}`)).toEqual([
    plain,
    { credential: "db-app", form: "sha256" },
  ]);
  expect(credentialsIn("password=hunter2")).toEqual([]);
});

it("resolves every reference by its id and form", () => {
  const content = secretText`a=${secretRef(credential)} b=${secretRef(credential, "sha256")}`;
  expect(resolveContent(content, ({ credential: id, form }) => `<${id}:${form}>`)).toBe(
    "a=<db-app:plain> b=<db-app:sha256>",
  );
  expect(resolveContent("as it is", () => "never")).toBe("as it is");
});

it("resolves to the same text however its pieces were joined", () => {
  const piece = fc.oneof(fc.string(), fc.constant(plain));
  fc.assert(
    fc.property(fc.array(piece), fc.array(piece), fc.string(), (left, right, separator) => {
      const value = (ref: SecretRef): string => `<${ref.credential}>`;
      const words = [...left, ...right].map((part) => (typeof part === "string" ? part : value(part)));
      const flat = joinTexts([...left, ...right], separator);
      const nested = joinTexts([joinTexts(left, separator), ...right], separator);
      expect(resolveContent(flat, value)).toBe(words.join(separator));
      // No two strings side by side, and none that is empty: the parts are as few as they can be.
      expect(
        flat.parts.every(
          (part, index) =>
            typeof part !== "string" || (part !== "" && typeof flat.parts[index + 1] !== "string"),
        ),
      ).toBe(true);
      if (left.length > 0) expect(nested).toEqual(flat);
    }),
  );
});
