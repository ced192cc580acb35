const [, , first, question] = process.argv;
// one or the other: who searches stands beside the shipper, in its memory
if (first === "search") void import("./search-command").then(({ search }) => search(question));
else
  void Promise.all([import("../../kit/main"), import("./service")]).then(([{ runService }, { logShipper }]) =>
    runService(logShipper),
  );
