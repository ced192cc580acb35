/** What people call it; nothing for components, which only hold others together. */
export function describeType(type: string): string | undefined {
  const known: Readonly<Record<string, string>> = {
    "docker:index/container:Container": "container",
    "docker:index/network:Network": "network",
    "docker:index/volume:Volume": "volume",
    "docker:index/image:Image": "image",
    "docker:index/remoteImage:RemoteImage": "image",
    "random:index/randomPassword:RandomPassword": "credential",
  };
  if (type.startsWith("trade2026:") || type.startsWith("pulumi:")) return undefined;
  return known[type] ?? type.split(":").at(-1) ?? type;
}
