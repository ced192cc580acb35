import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { http, refusal, type Access, type StoreChecks } from "./store";

const BUCKET = "backups";
/** The smallest part that S3 allows but for the last. */
const PART = 5 * 1024 * 1024;

export function s3Checks(access: Access): StoreChecks {
  const client = (secretAccessKey: string): S3Client =>
    new S3Client({
      endpoint: `http://${access.host}:${access.port}`,
      region: "us-east-1",
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: access.username, secretAccessKey },
    });
  const s3 = client(access.password);
  const text = async (from: S3Client, Key: string): Promise<string> =>
    (await (await from.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body?.transformToString()) ?? "";

  return {
    checks: {
      "puts and gets": async () => {
        const Body = `e2e ${Date.now()}`;
        await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "e2e/object", Body }));
        return (await text(s3, "e2e/object")) === Body;
      },
      "lists objects": async () =>
        (await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "e2e/obj" }))).Contents?.map(
          ({ Key }) => Key,
        ),
      "lists buckets": async () =>
        (await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name).sort(),
      "puts in several parts": async () => {
        const Key = "e2e/parts";
        const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key }));
        const Parts = [];
        for (const [index, Body] of [Buffer.alloc(PART, "a"), Buffer.from("the end")].entries()) {
          const PartNumber = index + 1;
          const { ETag } = await s3.send(
            new UploadPartCommand({ Bucket: BUCKET, Key, UploadId, PartNumber, Body }),
          );
          Parts.push({ ETag, PartNumber });
        }
        await s3.send(
          new CompleteMultipartUploadCommand({ Bucket: BUCKET, Key, UploadId, MultipartUpload: { Parts } }),
        );
        const whole = await text(s3, Key);
        return whole.length === PART + 7 && whole.endsWith("athe end");
      },
      "refuses a wrong key": () => refusal(() => text(client("wrong".repeat(8)), "e2e/object")),
      "refuses nobody": async () => (await http(access, `/${BUCKET}/e2e/object`)).status,
      "refuses nobody's list": async () => (await http(access, "/")).status,
    },
    write: async (mark) =>
      void (await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "e2e/sentinel", Body: mark }))),
    read: () => text(s3, "e2e/sentinel"),
  };
}
