//! Every way a use case can refuse, in one table. `docs/problems.md` is checked against it.

use crate::{rules::request::Illegal, store::StoreError};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $status:literal $slug:literal $title:literal, $detail:literal;)*) => {
        /// A refusal: nothing was changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal { $($(#[$doc])* $name,)* }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// HTTP status.
            pub fn status(self) -> u16 { match self { $(Self::$name => $status),* } }

            /// Last part of the problem type.
            pub fn slug(self) -> &'static str { match self { $(Self::$name => $slug),* } }

            /// The same for every occurrence.
            pub fn title(self) -> &'static str { match self { $(Self::$name => $title),* } }

            /// What to do next.
            pub fn detail(self) -> &'static str { match self { $(Self::$name => $detail),* } }
        }
    };
}

refusals! {
    /// The body, a header or a parameter cannot be read.
    BadRequest = 400 "bad-request" "The request cannot be read", "Compare it with /openapi.json and send it again.";
    /// Another grant than client credentials.
    GrantUnknown = 400 "grant-unknown" "The grant is not supported", "Send grant_type=client_credentials.";
    /// A scope the client does not have.
    ScopeUnknown = 400 "scope-unknown" "The client does not have this scope", "Ask for fewer scopes, or for none to get all.";
    /// The idempotency key is empty, too long, or holds a character that cannot be seen.
    IdempotencyKeyInvalid = 400 "idempotency-key-invalid" "The idempotency key cannot be used",
        "Send 1 to 255 visible ASCII characters, a fresh UUID for example.";
    /// This installation wants a key with every POST.
    IdempotencyKeyMissing = 400 "idempotency-key-missing" "An idempotency key is needed",
        "Send Idempotency-Key with a fresh UUID, and the same one when you repeat the request.";
    /// Not a cursor of this list.
    CursorInvalid = 400 "cursor-invalid" "The cursor does not belong to this list",
        "Start without a cursor, and keep filters and order from page to page.";
    /// No token, or one that is over.
    SignInNeeded = 401 "sign-in-needed" "Sign in first", "Sign in and repeat the request with the new token.";
    /// Wrong or used code.
    CodeWrong = 401 "code-wrong" "The code does not fit", "Type the newest code again, or ask for another one.";
    /// Wrong user name or password.
    CredentialsWrong = 401 "credentials-wrong" "User name or password does not fit", "Check both and try again.";
    /// The passkey's answer does not fit.
    PasskeyWrong = 401 "passkey-wrong" "The passkey does not fit", "Try again, or sign in another way.";
    /// State, code or ID token of an identity provider do not fit.
    OidcRefused = 401 "oidc-refused" "The sign-in at the identity provider did not work",
        "Start it again, in the same browser.";
    /// Unknown client, or not its secret.
    ClientUnknown = 401 "client-unknown" "Client or secret does not fit", "Check both, or ask the operator for new ones.";
    /// The signature of a callback does not fit, or its time is too far off.
    CallbackSignature = 401 "callback-signature" "The signature does not fit",
        "Sign id, timestamp and body with the shared secret, within five minutes of sending.";
    /// Pictures came without a consent.
    ConsentNeeded = 403 "consent-needed" "Pictures need your consent",
        "Give the consent first, or send the report without pictures: then a person decides.";
    /// The roles of this member of staff do not give the right.
    RightMissing = 403 "right-missing" "Your roles do not allow this", "Ask an administrator for a role that does.";
    /// The client lacks the scope.
    ScopeMissing = 403 "scope-missing" "This client may not do that", "Ask the operator for the scope.";
    /// They have a second factor and have not proved it.
    SecondFactorNeeded = 403 "second-factor-needed" "The second factor is missing",
        "Prove it with a code of your authenticator app or with your passkey.";
    /// A second factor is asked for and they have none.
    SecondFactorMissing = 403 "second-factor-missing" "Set up a second factor first",
        "Add an authenticator app or a passkey, then go on.";
    /// Not there, or not yours.
    NotFound = 404 "not-found" "Not found", "Check the address; it may belong to someone else or be gone.";
    /// The path exists, the method does not.
    MethodNotAllowed = 405 "method-not-allowed" "Method not allowed", "See /openapi.json for what can be done here.";
    /// Administrators may not shut themselves out.
    OwnAdministrator = 409 "own-administrator" "This would shut you out", "Let another administrator do it.";
    /// Somebody else is called that.
    NameTaken = 409 "name-taken" "The name is taken", "Choose another one.";
    /// Someone was faster, or the request is in another state.
    Conflict = 409 "conflict" "The request has moved on", "Load it again and decide on what you see then.";
    /// The vehicle has an open request.
    RequestOpen = 409 "request-open" "This vehicle has an open request", "Finish or take back that one first.";
    /// Somebody is registered for the vehicle.
    VehicleRegistered = 409 "vehicle-registered" "This vehicle is registered already",
        "Ask its owner for a transfer; if the owner cannot be reached, claim the vehicle.";
    /// The record has ended, or has not begun.
    RecordClosed = 409 "record-closed" "This vehicle is not in service", "Register it first, or contact support.";
    /// The complaint does not say that it is about this.
    NotLinked = 409 "not-linked" "The complaint is not linked to this", "Link it first, then try again.";
    /// What a complaint of another kind asks for.
    KindUnfit = 409 "kind-unfit" "A complaint of this kind does not ask for that",
        "Only who is registered without their knowledge can have a registration ended as not their own.";
    /// The complaint has as many files as it may have.
    AttachmentsFull = 409 "attachments-full" "There are enough files", "Send 1 to 10 at once, and no more than 30 for one complaint.";
    /// Somebody must answer another correction first.
    CorrectionOpen = 409 "correction-open" "A correction of this vehicle waits to be decided",
        "Let it be decided or take it back first.";
    /// The complainant has not shown that the phone is theirs.
    PhoneUnproved = 409 "phone-unproved" "Nobody has proved this phone yet",
        "Ask the person to sign in once with this phone, then try again.";
    /// The card serves elsewhere.
    CardTaken = 409 "card-taken" "This card is in use", "Check both numbers, or take another card.";
    /// The request has as many papers as it may have.
    PapersFull = 409 "papers-full" "There are enough papers", "Send no more than 12 for one request.";
    /// The first request with this key still runs.
    IdempotencyKeyInUse = 409 "idempotency-key-in-use" "The first request with this key still runs",
        "Wait as long as Retry-After says, then repeat it unchanged.";
    /// Someone else holds the review, or nobody does.
    ReviewTaken = 409 "review-taken" "This review is not yours", "Claim it first, or choose another one.";
    /// Another handler has the complaint, or nobody.
    CaseTaken = 409 "case-taken" "This complaint is not yours", "Take it first, or leave it to its handler.";
    /// The complaint is closed.
    ComplaintClosed = 409 "complaint-closed" "This complaint is closed", "Reopen it, or file a new one.";
    /// The complaint was closed too long ago.
    ReopeningOver = 409 "reopening-over" "This was closed too long ago",
        "File a new complaint and name the number of this one.";
    /// Nobody takes complaints of this kind now.
    NobodyAvailable = 409 "nobody-available" "Nobody takes complaints of this kind now",
        "Take it yourself, or give it to somebody by name.";
    /// The second of two people must be another one.
    SecondPerson = 409 "second-person-needed" "A second person must decide", "Leave this one to a colleague.";
    /// The visitor has not finished with the authority.
    AuthorityPending = 409 "authority-pending" "The identity service has not decided yet",
        "Finish there, then ask again.";
    /// The report of this challenge was taken before.
    NonceReused = 409 "nonce-reused" "This challenge was used", "Start a new verification.";
    /// The challenge or invitation is over.
    NonceExpired = 410 "nonce-expired" "This challenge is over", "Start a new verification and finish it in time.";
    /// The request expired.
    RequestExpired = 410 "request-expired" "This request expired", "Start a new one, or ask the owner to.";
    /// The body is larger than the operation takes.
    TooLarge = 413 "too-large" "The body is too large", "Send less: 8 MiB for a report, 64 KiB otherwise.";
    /// The record was changed since it was read.
    PreconditionFailed = 412 "precondition-failed" "The record has changed since you read it",
        "Load it again, and send the ETag you get then.";
    /// The content type is not the one of the operation.
    MediaType = 415 "media-type" "Unknown media type", "Send application/json.";
    /// The authenticator's answer to a registration cannot be accepted.
    PasskeyInvalid = 422 "passkey-invalid" "The passkey cannot be used",
        "Start again, with a device that asks for PIN, fingerprint or face.";
    /// Too short, too long, or the user name.
    PasswordInvalid = 422 "password-invalid" "The password cannot be used",
        "Choose 12 to 200 characters, and not your user name.";
    /// The key belongs to another request.
    IdempotencyKeyReused = 422 "idempotency-key-reused" "The idempotency key belongs to another request",
        "Take a fresh key for a new request; repeat an old one unchanged.";
    /// A number to look for cannot be one.
    FilterInvalid = 422 "filter-invalid" "The number cannot be right", "Type the whole VIN, ICCID or card number.";
    /// Not a mobile number.
    PhoneInvalid = 422 "phone-invalid" "This is not a mobile number", "Type the 11 digits of a mobile number.";
    /// Empty or too long.
    NameInvalid = 422 "name-invalid" "The name cannot be used", "Type the name as on the document, 1 to 50 characters.";
    /// The document number is not possible.
    DocumentNumberInvalid = 422 "document-number-invalid" "The document number cannot be right",
        "Compare every character with the document.";
    /// A person's document where a unit's is needed, or the other way round, or one that is not taken.
    DocumentTypeInvalid = 422 "document-type-invalid" "This document is not taken here", "Choose one of the documents offered.";
    /// Name or number are not those on record.
    DocumentMismatch = 422 "document-mismatch" "Name or document number do not fit the record",
        "Type both exactly as they were registered for this vehicle.";
    /// No vehicle has both numbers.
    VehicleUnknown = 422 "vehicle-unknown" "No vehicle has these numbers",
        "Type the VIN and the engine or motor number exactly as on the vehicle's papers.";
    /// An ICCID or card number is not possible.
    CardInvalid = 422 "card-invalid" "The card's numbers cannot be right", "Type the ICCID and the number as printed.";
    /// A value of a record that cannot be.
    ValueInvalid = 422 "value-invalid" "The value cannot be used", "Type it as on the vehicle's papers, 1 to 60 characters.";
    /// The record says so already.
    NothingToCorrect = 422 "nothing-to-correct" "The record says this already", "Compare with the record and send what differs.";
    /// Name and document are what was verified.
    VerificationNeeded = 422 "verification-needed" "This cannot be corrected by hand",
        "Name and document are what was verified: ask for a new verification instead.";
    /// A paper the request needs was not sent.
    PaperMissing = 422 "paper-missing" "A paper is missing", "Send the papers the request asks for first.";
    /// Not a picture.
    PaperInvalid = 422 "paper-invalid" "The paper cannot be read", "Send a JPEG or PNG picture that can be opened.";
    /// Not a picture or document that can be kept.
    AttachmentInvalid = 422 "attachment-invalid" "A file cannot be kept",
        "Send JPEG, PNG or PDF of 5 MiB at most that open without a password, without scripts, forms that send, files inside or more than 50 pages.";
    /// The new owner has no address.
    AddressNeeded = 422 "address-needed" "The address is missing", "Send the owner's address, 1 to 200 characters.";
    /// The counterparty is the owner.
    SamePerson = 422 "same-person" "The new owner must be someone else", "Let the new owner open the invitation.";
    /// A guardian must consent for a person under 14.
    GuardianNeeded = 422 "guardian-needed" "A guardian must consent",
        "Choose the way by documents and add the guardian's, or come to the counter together.";
    /// The policy or the document does not allow this way.
    MethodRefused = 422 "method-not-accepted" "This way is not open here",
        "Choose one of the ways that your policy lists for this request.";
    /// No photograph of the document, or of the guardian's, or too many.
    PhotographMissing = 422 "photograph-missing" "A photograph is missing",
        "Send 1 to 6 photographs: of the document, and of the guardian's where one is needed.";
    /// The device key is not a point of P-256.
    DeviceKeyInvalid = 422 "device-key-invalid" "The device key cannot be used",
        "Send the raw uncompressed P-256 point, 65 bytes, in base64.";
    /// The report is not signed by the device key.
    ReportSignature = 422 "report-signature" "The signature does not fit the report",
        "Sign the report's bytes with the key this verification was started with.";
    /// A version of a text is empty or too long.
    TextVersionInvalid = 422 "text-version-invalid" "The version of the text is missing",
        "Send the version of the text that was shown, 1 to 40 characters.";
    /// The sentence to the person is empty or too long.
    SentenceInvalid = 422 "sentence-invalid" "The sentence cannot be used", "Write 1 to 200 characters.";
    /// A text is empty, too long, or holds what cannot be written.
    TextInvalid = 422 "text-invalid" "The text cannot be used", "Write 1 to 2,000 characters.";
    /// Not the number of a complaint, or none with this phone.
    ComplaintUnknown = 422 "complaint-unknown" "There is no such complaint",
        "Compare the number with the receipt, and type the phone the complaint was filed with.";
    /// Not a province.
    RegionInvalid = 422 "region-invalid" "This is not a province", "Send the first two digits of GB/T 2260.";
    /// A template has a variable that does not exist.
    TemplateInvalid = 422 "template-invalid" "The template cannot be used",
        "Use {{number}}, {{kind}}, {{name}}, {{received}}, {{due}} and {{handler}}, and close every brace.";
    /// A search has nothing to look up.
    SearchTooShort = 422 "search-too-short" "There is nothing to search for",
        "Type two Chinese characters that stand side by side, or a whole word.";
    /// The time to be reminded is in the past or too far off.
    SnoozeInvalid = 422 "snooze-invalid" "The time cannot be used", "Choose one within the next 90 days.";
    /// Too many failures.
    LockedOut = 429 "locked-out" "Too many failed attempts", "Wait until the lock ends, then try again.";
    /// Too many verifications today.
    DailyCap = 429 "daily-cap" "Too many verifications today", "Try again tomorrow, or visit the counter.";
    /// Too many requests.
    TooMany = 429 "too-many-requests" "Too many requests", "Wait as long as Retry-After says.";
    /// Our fault.
    Internal = 500 "internal" "Something went wrong here", "Try again later; nothing was changed.";
    /// The networks are still loading.
    EngineLoading = 503 "engine-loading" "The engine is still loading", "Try again in a few seconds.";
    /// The authority is down, or what answers is not the authority.
    AuthorityUnavailable = 503 "authority-unavailable" "The identity service cannot be reached",
        "Try again in a minute, or choose another way; nothing was lost.";
    /// The database does not answer.
    Unavailable = 503 "unavailable" "The service cannot work right now", "Try again in a few seconds.";
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused.
    #[error("{}", .0.title())]
    Refused(Refusal),
    /// Refused for now.
    #[error("{} for {retry_after_s} s", .refusal.title())]
    Later {
        /// Why.
        refusal: Refusal,
        /// Seconds until it is worth trying again.
        retry_after_s: u64,
    },
    /// The evidence cannot be used; the slug is the problem type.
    #[error("{slug}")]
    Evidence {
        /// Last part of the problem type.
        slug: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

/// Result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Illegal> for Error {
    fn from(_: Illegal) -> Self {
        Self::Refused(Refusal::Conflict)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Refused(Refusal::Conflict),
            error => Self::Store(error),
        }
    }
}
