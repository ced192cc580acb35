import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  PutBucketVersioningCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { ConfigError, list, readConfig, secret, text, url } from "../../kit/config";
import { JobError, NotReadyError, untilReady, type JobContext } from "./job";
import { reasonOf } from "../../kit/outgoing";

const fields = {
  S3_ENDPOINT: url("http", "https"),
  S3_REGION: text().default("us-east-1"),
  S3_ACCESS_KEY_ID: secret(),
  S3_SECRET_ACCESS_KEY: secret(),
  S3_BUCKETS: list(),
};

/** Makes the buckets named in the arguments and S3_BUCKETS, with versions where the store can keep them. */
export async function initBuckets(context: JobContext): Promise<void> {
  const config = readConfig(fields, context.env);
  const names = [...new Set([...context.args, ...config.S3_BUCKETS])];
  checkNames(names);
  const client = new S3Client({
    endpoint: config.S3_ENDPOINT,
    region: config.S3_REGION,
    credentials: {
      accessKeyId: config.S3_ACCESS_KEY_ID.reveal(),
      secretAccessKey: config.S3_SECRET_ACCESS_KEY.reveal(),
    },
    forcePathStyle: true,
    // the wait for the store is ours, with its message
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  try {
    for (const name of names) {
      await untilReady(`S3 at ${config.S3_ENDPOINT}`, context.connectTimeoutMs, () =>
        initBucket(client, name, context),
      );
    }
  } finally {
    client.destroy();
  }
}

function checkNames(names: readonly string[]): void {
  const wrong = names.filter((name) => !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name));
  const problems = wrong.map(
    (name) => `bucket ${JSON.stringify(name)}: wants 3 to 63 small letters, digits, - and .`,
  );
  if (names.length === 0) {
    problems.push("no bucket named, neither as argument nor in S3_BUCKETS");
  }
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
}

async function initBucket(client: S3Client, name: string, { say }: JobContext): Promise<void> {
  const existed = await exists(client, name);
  if (!existed) {
    await named(`create bucket ${name}`, client.send(new CreateBucketCommand({ Bucket: name })));
    if (!(await exists(client, name))) {
      throw new JobError(name, ["it was created, and is not there"]);
    }
  }
  const versions = await keepVersions(client, name);
  say(
    `${name} ${existed ? "as wanted" : "created"}, ${versions ? "keeps versions" : "without versions: the store does not support them"}`,
  );
}

async function exists(client: S3Client, name: string): Promise<boolean> {
  try {
    await named(`look for bucket ${name}`, client.send(new HeadBucketCommand({ Bucket: name })));
    return true;
  } catch (error) {
    if (error instanceof S3Refusal && error.status === 404) {
      return false;
    }
    throw error;
  }
}

/** @returns false when the store says that it cannot */
async function keepVersions(client: S3Client, name: string): Promise<boolean> {
  const read = () =>
    named(`read versioning of ${name}`, client.send(new GetBucketVersioningCommand({ Bucket: name })));
  try {
    if ((await read()).Status === "Enabled") {
      return true;
    }
    const change = { Bucket: name, VersioningConfiguration: { Status: "Enabled" as const } };
    await named(`keep versions in ${name}`, client.send(new PutBucketVersioningCommand(change)));
    const { Status: after } = await read();
    if (after !== "Enabled") {
      throw new JobError(name, [`versioning was enabled, and reads ${after ?? "disabled"}`]);
    }
    return true;
  } catch (error) {
    if (error instanceof S3Refusal && (error.status === 501 || error.code === "NotImplemented")) {
      return false;
    }
    throw error;
  }
}

/** The store answered, with a refusal. */
class S3Refusal extends Error {
  override readonly name = "S3Refusal";

  constructor(
    act: string,
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(`${act}: ${status} ${code}: ${message}`);
  }
}

async function named<T>(act: string, sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    if (!(error instanceof S3ServiceException)) {
      throw new NotReadyError(`${act}: ${reasonOf(error)}`, { cause: error });
    }
    const status = error.$metadata.httpStatusCode ?? 0;
    if (status === 500 || (status >= 502 && status <= 504)) {
      throw new NotReadyError(`${act}: ${status} ${error.name}`, { cause: error });
    }
    const hint = status === 403 ? "the store refuses our key, or what it may do" : error.message;
    throw new S3Refusal(act, status, error.name, hint);
  }
}
