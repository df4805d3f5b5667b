//! Who is asking: typed extractors.

use std::net::{IpAddr, Ipv4Addr};

use poem::{FromRequest, Request, RequestBody};
use poem_openapi::{SecurityScheme, auth::Bearer};

use super::problem;
use crate::{
    rules::rights::{Right, Scope},
    service::{
        App, Refusal, clients,
        sessions::authenticate,
        staff_sign_in::{self, SignedIn, authorise},
    },
    store::{Client, Session, SessionKind, StaffMember},
};

/// A signed-in owner; the subject is an account.
#[derive(SecurityScheme)]
#[oai(rename = "owner", ty = "bearer", checker = "owner")]
pub(super) struct Owner(pub Session);

macro_rules! staff {
    ($($(#[$doc:meta])* $Name:ident: $checker:ident = $right:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SecurityScheme)]
        #[oai(rename = "staff", ty = "bearer", checker = $checker)]
        pub(super) struct $Name(
            #[allow(dead_code, reason = "some operations need the right, whoever has it")] pub StaffMember,
        );

        async fn $checker(request: &Request, bearer: Bearer) -> poem::Result<StaffMember> {
            authorise(app(request)?, &bearer.token, Right::$right).await.map_err(problem::error)
        }
    )*};
}

staff! {
    /// A member of staff who may read the texts sent to people.
    MessageReader: message_reader = ReadMessages;
    /// A member of staff who may list vehicles and requests.
    RecordReader: record_reader = ReadRecords;
    /// A member of staff who may see the queue of reviews.
    ReviewReader: review_reader = ReadReviews;
    /// A member of staff who may decide reviews.
    Reviewer: reviewer = Review;
    /// A member of staff who may freeze disputed requests and settle disputes.
    DisputeHandler: dispute_handler = SettleDisputes;
    /// A member of staff who may read complaints.
    ComplaintReader: complaint_reader = ReadComplaints;
    /// A member of staff who may take complaints and answer them.
    ComplaintHandler: complaint_handler = HandleComplaints;
    /// A member of staff who may give complaints to others.
    ComplaintLead: complaint_lead = LeadComplaints;
    /// A member of staff who may draw samples and send notices.
    RecordKeeper: record_keeper = KeepRecords;
    /// A member of staff who may record purchases and tests of cards.
    StockKeeper: stock_keeper = KeepStock;
    /// A member of staff who may see personal data unmasked.
    Revealer: revealer = RevealPersonalData;
    /// A member of staff who may read who did what.
    AuditReader: audit_reader = ReadAudit;
    /// A member of staff who may see how much is held.
    StatisticsReader: statistics_reader = ReadStatistics;
    /// A member of staff who may say who works here.
    StaffManager: staff_manager = ManageStaff;
}

/// A member of staff who may read complaints, by the token: what lasts asks again whether it still holds.
#[derive(SecurityScheme)]
#[oai(rename = "staff", ty = "bearer", checker = "complaint_watcher")]
pub(super) struct ComplaintWatcher(pub String);

async fn complaint_watcher(request: &Request, bearer: Bearer) -> poem::Result<String> {
    authorise(app(request)?, &bearer.token, Right::ReadComplaints).await.map_err(problem::error)?;
    Ok(bearer.token)
}

/// A member of staff who knows the password, with whatever rights and second factor.
#[derive(SecurityScheme)]
#[oai(rename = "staff", ty = "bearer", checker = "any_staff")]
pub(super) struct AnyStaff(pub SignedIn);

async fn any_staff(request: &Request, bearer: Bearer) -> poem::Result<SignedIn> {
    staff_sign_in::signed_in(app(request)?, &bearer.token).await.map_err(problem::error)
}

macro_rules! clients {
    ($($(#[$doc:meta])* $Name:ident: $checker:ident = $scope:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SecurityScheme)]
        #[oai(rename = "client", ty = "bearer", checker = $checker)]
        pub(super) struct $Name(#[allow(dead_code, reason = "not every operation asks who")] pub Client);

        async fn $checker(request: &Request, bearer: Bearer) -> poem::Result<Client> {
            clients::authorise(app(request)?, &bearer.token, Scope::$scope).await.map_err(problem::error)
        }
    )*};
}

clients! {
    /// A system of an OEM that may see where a request stands.
    RequestReader: request_reader = ReadRequests;
}

/// A system of an OEM, whatever its scopes.
#[derive(SecurityScheme)]
#[oai(rename = "client", ty = "bearer", checker = "any_client")]
pub(super) struct AnyClient(pub Client);

async fn any_client(request: &Request, bearer: Bearer) -> poem::Result<Client> {
    clients::signed_in(app(request)?, &bearer.token).await.map_err(problem::error)
}

async fn owner(request: &Request, bearer: Bearer) -> poem::Result<Session> {
    authenticate(app(request)?, SessionKind::Owner, &bearer.token).await.map_err(problem::error)
}

/// Someone without a token, counted by address.
pub(super) struct Anonymous;

impl<'a> FromRequest<'a> for Anonymous {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let app = app(request)?;
        app.limits.address(address(request, app.config.http.trust_proxy)).map_err(problem::error)?;
        Ok(Self)
    }
}

fn app(request: &Request) -> poem::Result<&App> {
    request.data::<App>().ok_or_else(|| problem::error(Refusal::Internal))
}

/// The client's address. Behind a proxy the last entry is the one the proxy itself wrote.
fn address(request: &Request, trust_proxy: bool) -> IpAddr {
    let forwarded = || {
        let header = request.headers().get("x-forwarded-for")?.to_str().ok()?;
        header.rsplit(',').next()?.trim().parse().ok()
    };
    let peer = request.remote_addr().as_socket_addr().map(|peer| peer.ip());
    trust_proxy.then(forwarded).flatten().or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
