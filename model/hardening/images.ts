import { fail, pass, verdict, type Control, type Subject, type Verdict } from "./control";
import { dockerfileProblems } from "./dockerfile";

/** Registries of the programs' own makers, and the operator's on the same machine. */
export const ALLOWED_REGISTRIES: readonly string[] = [
  "docker.io",
  "ghcr.io",
  "quay.io",
  "nvcr.io",
  "gcr.io",
  "registry.k8s.io",
  "public.ecr.aws",
];

const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;
const DIGEST = /@sha256:[0-9a-f]{64}$/;
/** Built here; the tag is the hash of everything that it is made of. */
const OWN_BUILD = /^trade2026\/[a-z0-9-]+:[0-9a-f]{12}$/;

/** Where the program itself comes from. */
export const IMAGE_CONTROLS: readonly Control[] = [
  {
    id: "D23",
    title: "image by digest, from an allowed registry, never latest",
    source: { cis: ["5.28", "4.2", "4.5"], owasp: ["9"] },
    hard: true,
    observable: true,
    check: pinned,
  },
  {
    id: "D27",
    title: "Dockerfile: COPY, pinned packages, no setuid, a user",
    source: { cis: ["4.3", "4.7", "4.8", "4.9"], owasp: ["9"] },
    hard: false,
    observable: false,
    exempt: ({ image }) => (image.dockerfiles.length === 0 ? "somebody else's image" : undefined),
    check: ({ image }) =>
      verdict(
        image.dockerfiles.flatMap(({ path, text }) =>
          dockerfileProblems(text).map((problem) => `${path} ${problem}`),
        ),
        image.dockerfiles.map(({ path }) => path).join(", "),
      ),
  },
  {
    id: "D28",
    title: "image scanned, bill of materials kept",
    source: { cis: ["4.4"], owasp: ["9", "13"] },
    hard: false,
    observable: false,
    check: ({ image }) =>
      image.scanned === undefined
        ? fail("neither a scan nor a bill of materials is recorded")
        : pass(image.scanned),
  },
  {
    id: "D29",
    title: "the engine's own settings",
    source: { cis: ["2.1", "2.2", "2.14", "2.15", "2.16"], owasp: ["0", "1", "11"] },
    hard: false,
    observable: false,
    exempt: () => "a property of the host: the preflight reports it and changes nothing",
    check: () => pass("reported by the preflight"),
  },
];

/** Containers run an id, so that neither a moved tag nor a local image of the same name changes what runs. */
function pinned({ view, plan: { reference } }: Subject): Verdict {
  if (!IMAGE_ID.test(view.image) && !DIGEST.test(view.image)) {
    return fail(`runs "${view.image}", which is neither an image id nor has a digest`);
  }
  if (reference === undefined) return pass("built here from its bundle, run by id");
  if (OWN_BUILD.test(reference)) return pass(`${reference}, a hash of its recipe, run by id`);
  const registry = registryOf(reference);
  return verdict(
    [
      ...(DIGEST.test(reference)
        ? []
        : [`${reference} has no digest: ./trade2026 images resolve looks it up`]),
      ...(/:latest(@|$)/.test(reference) || !/:[^/]+/.test(reference.replace(DIGEST, ""))
        ? [`${reference} has no version`]
        : []),
      ...(ALLOWED_REGISTRIES.includes(registry) || /^localhost(:\d+)?$/.test(registry)
        ? []
        : [`${registry} is none of ${ALLOWED_REGISTRIES.join(", ")}`]),
    ],
    reference,
  );
}

/** A first part with a dot, a port or `localhost` is a registry; everything else is Docker Hub. */
function registryOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "docker.io";
}
