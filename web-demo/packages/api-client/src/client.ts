import createClient, { type Middleware } from "openapi-fetch";
import { offline, problemOf } from "./problem.ts";
import type { paths } from "./schema";

/** Where the session's token is kept, and what to do when the server no longer knows it. */
export interface SessionSource {
  token(): string | null;
  expired(): void;
}

/** A typed client of the HTTP API. Every call that fails rejects with a `Problem`. */
export function connect(session: SessionSource, baseUrl = "/api/v1") {
  const client = createClient<paths>({ baseUrl });
  const authorise: Middleware = {
    onRequest({ request }) {
      const token = session.token();
      if (token) request.headers.set("authorization", `Bearer ${token}`);
      if (request.method === "POST") request.headers.set("idempotency-key", key());
    },
    async onResponse({ response }) {
      if (response.ok) return;
      const problem = await problemOf(response);
      if (problem.slug === "sign-in-needed" && session.token()) session.expired();
      throw problem;
    },
    onError: ({ error }) => offline(error),
  };
  client.use(authorise);
  return client;
}

/** A fresh key for each request: a browser that sends it twice on a broken connection has one effect. */
function key(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The client returned by `connect`. */
export type Api = ReturnType<typeof connect>;

/** The body of an answer that has one: `await body(api.GET(...))`. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await call;
  if (data == null) throw offline(new Error("empty answer"));
  return data;
}
