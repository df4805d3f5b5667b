import { connect } from "@ownerproof/api-client";
import { setSession, token } from "./session.ts";

/** The app's client of the server. */
export const api = connect({ token, expired: () => setSession(null) });
