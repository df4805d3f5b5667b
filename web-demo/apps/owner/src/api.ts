import { connect } from "@ownerproof/api-client";
import { sessionExpired, token } from "./session.ts";

/** The app's client of the server. */
export const api = connect({ token, expired: sessionExpired });
