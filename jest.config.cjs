const swc = [
  "@swc/jest",
  { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
];

/** Fast suite: plain values, mocks, architecture and policy. The engine tests run by `tests/run.ts`. */
module.exports = {
  testEnvironment: "node",
  // waiting is bounded by what is waited for; this is for what hangs
  testTimeout: 60_000,
  roots: [
    "<rootDir>/tests/unit",
    "<rootDir>/tests/architecture",
    "<rootDir>/tests/policy",
    "<rootDir>/services",
  ],
  testMatch: ["**/*.test.ts"],
  transform: {
    "^.+\\.ts$": swc,
    // published as ES modules only
    "/node_modules/(jose|commander)/.+\\.js$": swc,
  },
  transformIgnorePatterns: ["/node_modules/(?!(jose|commander)/)"],
  modulePathIgnorePatterns: ["<rootDir>/.trade2026/"],
};
