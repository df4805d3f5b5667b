/** A refusal of the server (RFC 9457), or the missing network, as an exception. */
export class Problem extends Error {
  override readonly name = "Problem";

  /**
   * `slug` is the last part of the problem's `type`; `status` is the HTTP status, 0 when no answer came;
   * `detail` is the server's own advice; `retryAfterS` is set when the server named a wait, in seconds.
   */
  constructor(
    readonly slug: string,
    readonly status: number,
    readonly detail = "",
    readonly retryAfterS: number | null = null,
  ) {
    super(`${slug} (${status})`);
  }
}

/** Reads the problem in an answer; an answer that is none (a proxy's page) becomes `unexpected`. */
export async function problemOf(response: Response): Promise<Problem> {
  const members = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const type = typeof members?.["type"] === "string" ? members["type"] : "";
  const detail = typeof members?.["detail"] === "string" ? members["detail"] : "";
  const wait = Number(response.headers.get("retry-after") ?? members?.["retry_after_s"]);
  return new Problem(type.split("/").pop() || "unexpected", response.status, detail, wait > 0 ? wait : null);
}

/** No answer came at all. Problems pass through, so that the middleware may call it on anything. */
export const offline = (error: unknown): Problem => (error instanceof Problem ? error : new Problem("offline", 0));
