export { body, connect, type Api, type SessionSource } from "./client.ts";
export { explain, type Explanation } from "./explain.ts";
export { Problem } from "./problem.ts";
export type * from "./types.ts";
export { uploading } from "./upload.ts";
