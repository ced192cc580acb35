// The only file that is no TypeScript: its compiler refuses import attributes where modules become CommonJS. The
// bundler reads both files as text, so that the image holds them and the page asks nobody outside.
import script from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "text" };
import stylesheet from "swagger-ui-dist/swagger-ui.css" with { type: "text" };

export const assets = { script, stylesheet };
