import type Docker from "dockerode";
import type { Plan } from "../../model/plan";

/**
 * Takes the names off images that were built for services which are there no more; Pulumi itself leaves every image
 * that it has built. What a container uses, another platform's too, stays.
 * @param keep the services whose images are still wanted
 */
export async function removeOwnImages(
  docker: Docker,
  prefix: string,
  keep: ReadonlySet<string> = new Set(),
): Promise<void> {
  const images = await docker.listImages({ filters: { reference: [`${prefix}/*:current`] } });
  const kept = new Set([...keep].map((service) => `${prefix}/${service}:current`));
  const names = images
    .flatMap(({ RepoTags }) => RepoTags ?? [])
    .filter((name) => name.startsWith(`${prefix}/`) && name.endsWith(":current") && !kept.has(name));
  await Promise.all(
    names.map((name) =>
      docker
        .getImage(name)
        .remove()
        .catch(() => undefined),
    ),
  );
}

/** The in-house services whose images a plan's containers run. */
export function ownImages({ containers }: Pick<Plan, "containers">): ReadonlySet<string> {
  return new Set(
    containers.flatMap(({ image, reference }) =>
      image.kind === "inHouse" && reference === undefined ? [image.name] : [],
    ),
  );
}
