import type { Explanations } from "./explain.ts";

/** Problems in English. */
export const en: Explanations = {
  offline: ["No connection", "Check your network and try again. What you typed is kept."],
  unexpected: ["Something went wrong on our side", "Please try again in a moment. If it keeps failing, call our hotline."],
  "400": ["Something in the form is not right", "Check what you entered and send it again."],
  "401": ["You have been signed out", "Sign in again to go on. Nothing is lost."],
  "403": ["This account may not do that", "Make sure you signed in with the phone number that belongs to this request."],
  "404": ["We could not find that", "Go back and refresh. If someone sent you the link, ask for a new one."],
  "409": ["That is not possible at this point", "Refresh the page to see where things stand."],
  "410": ["This link or request is no longer valid", "Ask the other person to start again and send you a new link."],
  "413": ["The picture is too large", "Take it again or choose a smaller one."],
  "415": ["This kind of file is not supported", "Use a JPEG or PNG picture."],
  "422": ["What you sent did not pass the check", "Check what you entered and send it again."],
  "423": ["Locked after too many attempts", "Please wait, then try again."],
  "429": ["Too many attempts", "Please wait a moment, then try again."],
  "500": ["Something went wrong on our side", "Please try again in a moment. If it keeps failing, call our hotline."],
  "wrong-code": ["The code is wrong or has expired", "Check the 6 digits in the latest message, or ask for a new code."],
  "wrong-credentials": ["Wrong user name or password", "Check both and try again."],
};
