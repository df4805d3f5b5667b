import { en } from "./explain.en.ts";
import { Problem } from "./problem.ts";
import { zh } from "./explain.zh.ts";

/** What happened, and what the person can do about it. */
export interface Explanation {
  what: string;
  todo: string;
}

/** The catalogue of problems: by slug first, by status for slugs it does not know. */
export type Explanations = Record<string, readonly [what: string, todo: string]>;

/** Says an error in the person's language. `language` is a tag such as `zh-CN` or `en`. */
export function explain(error: unknown, language: string): Explanation {
  const english = language.startsWith("en");
  const table = english ? en : zh;
  const problem = error instanceof Problem ? error : new Problem("unexpected", 500);
  const known = table[problem.slug];
  const [what, todo] = known ?? table[String(problem.status)] ?? table[problem.status >= 500 ? "500" : "400"]!;
  return { what, todo: known || !speaks(problem.detail, english) ? wait(todo, problem, english) : problem.detail };
}

/** The server's own advice is shown only to readers of its language. */
const speaks = (detail: string, english: boolean): boolean => detail !== "" && english !== /[\u4e00-\u9fff]/.test(detail);

function wait(todo: string, { retryAfterS }: Problem, english: boolean): string {
  if (retryAfterS === null) return todo;
  const minutes = Math.ceil(retryAfterS / 60);
  if (retryAfterS < 120) return english ? `${todo} (in ${retryAfterS} s)` : `${todo}（${retryAfterS} 秒后可再试）`;
  return english ? `${todo} (in about ${minutes} min)` : `${todo}（约 ${minutes} 分钟后可再试）`;
}
