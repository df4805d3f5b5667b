/* Written by hand in openapi-typescript's shape until docs/openapi.json exists: then `npm run generate`. */
export interface paths {
  "/owner/codes": {
    post: {
      parameters: {};
      requestBody: { content: { "application/json; charset=utf-8": components["schemas"]["CodeRequest"] } };
      responses: { 202: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["CodeSent"] } } };
    };
  };
  "/owner/sessions": {
    post: {
      parameters: {};
      requestBody: { content: { "application/json; charset=utf-8": components["schemas"]["SessionRequest"] } };
      responses: { 201: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Session"] } } };
    };
  };
  "/owner/sessions/current": {
    delete: {
      parameters: {};
      responses: { 204: { headers: { [name: string]: unknown }; content?: never } };
    };
  };
  "/owner/me": {
    get: {
      parameters: {};
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Me"] } } };
    };
  };
  "/owner/vehicles": {
    get: {
      parameters: {};
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["VehicleList"] } } };
    };
  };
  "/owner/consents": {
    get: {
      parameters: {};
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["ConsentList"] } } };
    };
    post: {
      parameters: {};
      requestBody: { content: { "application/json; charset=utf-8": components["schemas"]["ConsentRequest"] } };
      responses: { 201: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Consent"] } } };
    };
  };
  "/owner/consents/{id}": {
    delete: {
      parameters: { path: { id: string } };
      responses: { 204: { headers: { [name: string]: unknown }; content?: never } };
    };
  };
  "/owner/transfers": {
    get: {
      parameters: {};
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["TransferList"] } } };
    };
    post: {
      parameters: {};
      requestBody: { content: { "application/json; charset=utf-8": components["schemas"]["TransferRequest"] } };
      responses: { 201: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Transfer"] } } };
    };
  };
  "/owner/transfers/{id}": {
    get: {
      parameters: { path: { id: string } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Transfer"] } } };
    };
  };
  "/owner/transfers/{id}/cancel": {
    post: {
      parameters: { path: { id: string } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Transfer"] } } };
    };
  };
  "/owner/transfers/{id}/decline": {
    post: {
      parameters: { path: { id: string } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Transfer"] } } };
    };
  };
  "/owner/transfers/{id}/accept": {
    post: {
      parameters: { path: { id: string } };
      requestBody: { content: { "application/json; charset=utf-8": components["schemas"]["AcceptRequest"] } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Transfer"] } } };
    };
  };
  "/owner/invitations/{token}": {
    get: {
      parameters: { path: { token: string } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Invitation"] } } };
    };
  };
  "/owner/invitations/{token}/claim": {
    post: {
      parameters: { path: { token: string } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Transfer"] } } };
    };
  };
  "/owner/verifications": {
    post: {
      parameters: {};
      requestBody: { content: { "application/json; charset=utf-8": components["schemas"]["VerificationRequest"] } };
      responses: { 201: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Challenge"] } } };
    };
  };
  "/owner/verifications/{id}": {
    get: {
      parameters: { path: { id: string } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Verification"] } } };
    };
  };
  "/owner/verifications/{id}/report": {
    post: {
      parameters: { path: { id: string } };
      requestBody: { content: { "application/json; charset=utf-8": components["schemas"]["ReportRequest"] } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Verdict"] } } };
    };
  };
  "/console/sessions": {
    post: {
      parameters: {};
      requestBody: { content: { "application/json; charset=utf-8": components["schemas"]["StaffSessionRequest"] } };
      responses: { 201: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["Session"] } } };
    };
  };
  "/console/messages": {
    get: {
      parameters: {};
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json; charset=utf-8": components["schemas"]["MessageList"] } } };
    };
  };
}
export interface components {
  schemas: {
    CodeRequest: { phone: string };
    CodeSent: { expires_in_s: number; resend_after_s: number };
    SessionRequest: { phone: string; code: string };
    Session: { token: string; /** Format: date-time */ expires_at?: string };
    StaffSessionRequest: { username: string; password: string };
    Me: { phone_masked: string; name_masked?: string };
    Card: { id: string; msisdn_masked: string; iccid_masked: string; carrier: string; state: string };
    Vehicle: { id: string; vin_masked: string; brand: string; model: string; body_colour: string; cards: components["schemas"]["Card"][]; open_transfer_id?: string };
    VehicleList: { items: components["schemas"]["Vehicle"][] };
    ConsentRequest: { purpose: "face_evidence_upload"; text_version: string };
    Consent: { id: string; purpose: string; text_version: string; /** Format: date-time */ given_at: string };
    ConsentList: { items: components["schemas"]["Consent"][] };
    TransferRequest: { vehicle_id: string };
    TransferState: "draft" | "owner_verifying" | "awaiting_counterparty" | "counterparty_verifying" | "manual_review" | "card_limit_check" | "approved" | "syncing" | "accepted" | "confirmed" | "cancelled" | "declined" | "expired" | "rejected" | "referred_to_shop" | "disputed";
    TransferVehicle: { vin_masked: string; brand: string; model: string; body_colour: string };
    TimelineEntry: { at: string; state: components["schemas"]["TransferState"]; actor: "owner" | "counterparty" | "staff" | "system" | "platform"; note?: string };
    NextAction: { who: string; what_zh: string; what_en: string; by?: string };
    Sync: { stage: "none" | "submitted" | "accepted" | "confirmed" };
    Transfer: { id: string; state: components["schemas"]["TransferState"]; role: "owner" | "counterparty"; vehicle: components["schemas"]["TransferVehicle"]; cards: components["schemas"]["Card"][]; counterparty_name_masked?: string; timeline: components["schemas"]["TimelineEntry"][]; next: components["schemas"]["NextAction"]; invitation_token?: string; expires_at: string; sync: components["schemas"]["Sync"] };
    TransferList: { items: components["schemas"]["Transfer"][] };
    AcceptRequest: { responsibility_notice_version: string; agreement_version: string };
    Invitation: { brand: string; model: string; vin_masked: string; card_count: number; owner_name_masked: string; state: components["schemas"]["TransferState"]; expires_at: string };
    VerificationRequest: { transfer_id: string; name: string; document_type: "resident_id"; document_number: string; device_key: string };
    Step: "blink" | "open_mouth" | "turn_left" | "turn_right" | "nod";
    Challenge: { id: string; nonce: string; steps: components["schemas"]["Step"][]; step_timeout_ms: number; expires_at: string; policy_version: number };
    Verification: { id: string; state: string; outcome?: string; steps: components["schemas"]["Step"][]; expires_at: string };
    ReportRequest: { report: string; signature: string; keyframes: string[]; document_portrait?: string };
    Verdict: { outcome: "passed" | "manual_review" | "failed"; message_zh: string; message_en: string; may_retry: boolean };
    Message: { id?: string; at: string; to_masked: string; text: string };
    MessageList: { items: components["schemas"]["Message"][] };
  };
}
