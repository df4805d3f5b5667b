// What the check asks the two programs itself, beside the browsers.

import { setTimeout as sleep } from "node:timers/promises";
import { must } from "./steps.mjs";

/**
 * @param {string} url
 * @param {{ token?: string, body?: unknown }} [options]
 * @returns {Promise<any>}
 */
async function json(url, { token, body } = {}) {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: {
      ...(body ? { "content-type": "application/json" } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  must(response.ok, `${url} answers ${response.status}: ${await response.clone().text()}`);
  return response.json();
}

/** The server, seen by a member of staff and by owners. */
export class Server {
  #staffToken = "";

  /** @param {string} url */
  constructor(url) {
    this.url = `${url}/api/v1`;
  }

  /** @param {{ username: string, password: string }} staff */
  async signIn(staff) {
    this.#staffToken = (await json(`${this.url}/console/sessions`, { body: staff })).token;
  }

  /**
   * The newest one-time code sent to a phone, as staff see it in the message centre.
   * @param {string} phone
   */
  async code(phone) {
    for (let tries = 0; tries < 50; tries++) {
      const messages = await json(`${this.url}/console/messages`, { token: this.#staffToken });
      const code = newestCode(messages.items, phone);
      if (code) return code;
      await sleep(100);
    }
    throw new Error("no one-time code reached the message centre");
  }

  /**
   * The requests of whoever signed in with this token.
   * @param {string} token
   * @returns {Promise<any[]>}
   */
  async requests(token) {
    return (await json(`${this.url}/owner/requests`, { token })).items;
  }
}

/**
 * The rows of the OEM platform's ledger.
 * @param {string} platform
 * @returns {Promise<any[]>}
 */
export const ledger = (platform) => json(`${platform}/ledger`);

/**
 * @param {any[]} messages  in any order
 * @param {string} phone
 */
export function newestCode(messages, phone) {
  const mine = messages
    .filter((message) => String(message.to_masked ?? "").endsWith(phone.slice(-4)))
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return String(mine[0]?.text ?? "").match(/(?<!\d)\d{6}(?!\d)/)?.[0];
}
