import type { Assets } from "./page";

/** Swagger UI's own files, unchanged. */
export declare const assets: Assets;
