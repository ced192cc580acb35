const Sequencer = require("@jest/test-sequencer").default;

/** By name: the end-to-end files are one story in chapters. */
module.exports = class ByName extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
};
