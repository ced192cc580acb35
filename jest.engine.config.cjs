/** Checks that need a Docker engine: rendered configs through their programs, and the platform end to end. */
const { transform, transformIgnorePatterns, modulePathIgnorePatterns } = require("./jest.config.cjs");

const project = (name, more) => ({
  displayName: name,
  testEnvironment: "node",
  roots: [`<rootDir>/tests/${name}`],
  testMatch: ["**/*.test.ts"],
  transform,
  transformIgnorePatterns,
  modulePathIgnorePatterns,
  ...more,
});

module.exports = {
  projects: [
    project("config"),
    project("services"),
    project("e2e", {
      globalSetup: "<rootDir>/tests/e2e/harness/setup.ts",
      globalTeardown: "<rootDir>/tests/e2e/harness/teardown.ts",
    }),
  ],
  testSequencer: "<rootDir>/tests/e2e/sequencer.cjs",
  testTimeout: 600_000,
  verbose: true,
  // Containers, builds and the host's two cores do not go faster side by side.
  maxWorkers: 1,
};
