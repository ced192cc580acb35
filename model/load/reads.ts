/** Operations that every service has for probes and readers of its description. */
const OWN = new Set(["/health", "/health/ready", "/health/live", "/metrics", "/openapi.json"]);

/**
 * Paths that an OpenAPI document offers to be read with nothing but the path: GET, no place-holder in it, no parameter
 * that is required. In the document's order.
 */
export function readsIn(document: unknown): readonly string[] {
  const paths = fieldsOf(fieldsOf(document)["paths"]);
  return Object.keys(paths).filter((path) => {
    const operations = fieldsOf(paths[path]);
    if (path.includes("{") || OWN.has(path) || !("get" in operations)) return false;
    const parameters = [operations["parameters"], fieldsOf(operations["get"])["parameters"]].flatMap(
      (listed) => (Array.isArray(listed) ? (listed as readonly unknown[]) : []),
    );
    return parameters.every((parameter) => fieldsOf(parameter)["required"] !== true);
  });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
