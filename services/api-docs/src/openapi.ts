import { z } from "zod";

const operation = z.looseObject({
  summary: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.enum(["path", "query", "header", "cookie"]),
        required: z.boolean().optional(),
        description: z.string().optional(),
        schema: z.unknown().optional(),
      }),
    )
    .optional(),
  requestBody: z
    .looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown().optional() })) })
    .optional(),
});
export type Operation = z.infer<typeof operation>;

export const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;
const methods = z.looseObject(
  Object.fromEntries(METHODS.map((method) => [method, operation.optional()])) as Record<
    (typeof METHODS)[number],
    z.ZodOptional<typeof operation>
  >,
);

/** What is read of an OpenAPI document; the rest of it stays as it is. https://spec.openapis.org/oas/v3.1.0 */
export const openApi = z.looseObject({
  openapi: z.string().regex(/^3\./),
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string().optional() }),
  paths: z.record(z.string(), methods).default({}),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()).optional() }).default({}),
});
export type OpenApi = z.infer<typeof openApi>;

const SCHEME = "token";

/**
 * The document as a client outside sees it: the gateway's path in place of the service's own address, the service's
 * title, and the token that every API takes.
 * @throws Error when it is no OpenAPI document
 */
export function publicDocument(document: unknown, { title, path }: { title: string; path: string }): OpenApi {
  const parsed = openApi.safeParse(document);
  if (!parsed.success)
    throw new Error(`what it answers is no OpenAPI document: ${z.prettifyError(parsed.error)}`);
  const { info, components, security, ...rest } = parsed.data;
  const known = (components["securitySchemes"] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...rest,
    info: { ...info, title },
    servers: [{ url: path, description: "through the gateway" }],
    components: {
      ...components,
      securitySchemes: {
        [SCHEME]: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "POST /api/auth/token gives one.",
        },
        ...known,
      },
    },
    // an operation that says something itself keeps its word
    security: security ?? [{ [SCHEME]: [] }],
  };
}

/** Every operation with its path and method, in the document's order. */
export function operationsOf({ paths }: OpenApi): readonly {
  readonly path: string;
  readonly method: (typeof METHODS)[number];
  readonly operation: Operation;
}[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}
