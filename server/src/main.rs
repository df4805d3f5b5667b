//! The program: runs the server, and what an operator needs around it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cli;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use poem::listener::TcpListener;
use secrecy::{ExposeSecret, SecretString};
use server::{
    api,
    config::Config,
    keys,
    rules::rights::{Names, Role, Scope},
    service::{self, App, complaints, housekeeping, policies, seed, staff::By},
    store::StaffRecord,
    sync::worker::Worker,
    verification::Native,
};
use tokio_util::sync::CancellationToken;

/// Between two rounds of housekeeping.
const HOUSEKEEPING: Duration = Duration::from_secs(60);

/// Real-name registration of vehicle SIM cards.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Configuration file; by default `ownerproof.toml`, if it is there.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Bring the database up to date and run the server.
    Serve,
    /// Bring the database up to date.
    Migrate,
    /// Take the car maker's files into the record.
    Import {
        /// What is imported.
        #[command(subcommand)]
        command: cli::import::Import,
    },
    /// Keys of stored data.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Members of staff.
    Staff {
        #[command(subcommand)]
        command: StaffCommand,
    },
    /// Systems of OEMs.
    Clients {
        #[command(subcommand)]
        command: ClientsCommand,
    },
    /// What was done.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Remove what was kept long enough: records two years after the end of service, requests that never became a
    /// registration, old texts.
    Purge {
        /// Only list what would go: counts and ids.
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Create the demonstration's owner, vehicles and member of staff, where missing.
    SeedDemo {
        /// Password of the member of staff, if the configuration sets none.
        #[arg(long, env = "OWNERPROOF_STAFF_PASSWORD", hide_env_values = true)]
        staff_password: Option<SecretString>,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Print a fresh set, as TOML for the configuration file.
    Generate,
    /// Print how many values each column key seals, and which key is not needed any more.
    Status,
    /// Seal every value under an old column key again with the newest one. The server may run; stopping half-way loses
    /// nothing, and the next run goes on.
    Rotate {
        /// Only count.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Check that no line was changed, removed or moved. Prints the hash of the last one: keep it elsewhere.
    Verify {
        /// A hash printed earlier, which must still be there.
        #[arg(long, value_name = "HASH")]
        since_head: Option<String>,
    },
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Add one. Without a password one is made and printed, once.
    Add {
        /// Sign-in name.
        username: String,
        /// `handler`, `reviewer`, `supervisor`, `auditor`, `administrator`; repeat it for several.
        #[arg(long = "role", required = true)]
        roles: Vec<Role>,
        /// 12 to 200 characters.
        #[arg(long, env = "OWNERPROOF_STAFF_PASSWORD", hide_env_values = true)]
        password: Option<SecretString>,
    },
    /// End somebody's sessions and let them in no more.
    Disable {
        /// Sign-in name.
        username: String,
    },
    /// List them: name, roles, whether disabled.
    List,
}

#[derive(Subcommand)]
enum ClientsCommand {
    /// Add one, and print its id and secret, once.
    Add {
        /// What it is called.
        name: String,
        /// `requests.read`; repeat it for several.
        #[arg(long = "scope", required = true)]
        scopes: Vec<Scope>,
    },
    /// End its tokens and let it in no more.
    Disable {
        /// What it is called.
        name: String,
    },
    /// List them: id, name, scopes, whether disabled.
    List,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.command {
        Command::Openapi => print(&api::openapi()),
        Command::Keys { command: KeysCommand::Generate } => print(&keys::generate()),
        Command::Keys { command: KeysCommand::Status } => {
            print(&cli::keys::status(&connect(cli.config).await?).await?)
        }
        Command::Keys { command: KeysCommand::Rotate { dry_run } } => {
            print(&cli::keys::rotate(&connect(cli.config).await?, dry_run).await?)
        }
        Command::Audit { command: AuditCommand::Verify { since_head } } => {
            print(&cli::audit::verify(&connect(cli.config).await?, since_head.as_deref()).await?)
        }
        Command::Purge { dry_run } => print(&cli::purge::purge(&connect(cli.config).await?, dry_run).await?),
        Command::Serve => serve(load(cli.config)?).await,
        Command::Migrate => {
            connect(cli.config).await?;
            Ok(())
        }
        Command::Staff { command } => staff(&connect(cli.config).await?, command).await,
        Command::Clients { command } => clients(&connect(cli.config).await?, command).await,
        Command::Import { command } => command.run(&connect(cli.config).await?).await,
        Command::SeedDemo { staff_password } => {
            let mut config = load(cli.config)?;
            if let Some(password) = staff_password {
                config.staff_seed.password = password;
            }
            let app = App::connect(config).await?;
            app.store.migrate().await?;
            Ok(seed::demo(&app).await?)
        }
    }
}

async fn staff(app: &App, command: StaffCommand) -> anyhow::Result<()> {
    match command {
        StaffCommand::Add { username, roles, password } => {
            let made = password.is_none().then(|| app.token());
            let password = password.or(made.clone().map(SecretString::from)).unwrap_or_default();
            service::staff::add(app, By::Operator, &username, password, roles).await?;
            made.map_or(Ok(()), |made| print(&made))
        }
        StaffCommand::Disable { username } => {
            let id = service::staff::named(app, &username).await?.member.id;
            service::staff::disable(app, By::Operator, id).await?;
            Ok(())
        }
        StaffCommand::List => {
            let mut after = None;
            loop {
                let (members, next) = service::staff::page(app, after).await?;
                for StaffRecord { member, disabled_at_ms, .. } in members {
                    let state = disabled_at_ms.map_or("", |_| "disabled");
                    print(&format!("{}\t{}\t{state}", member.username, Role::join(&member.roles)))?;
                }
                after = next;
                if after.is_none() {
                    return Ok(());
                }
            }
        }
    }
}

async fn clients(app: &App, command: ClientsCommand) -> anyhow::Result<()> {
    match command {
        ClientsCommand::Add { name, scopes } => {
            let (client, secret) = service::clients::add(app, &name, scopes).await?;
            print(&format!("client_id = \"{}\"\nclient_secret = \"{secret}\"", client.id))
        }
        ClientsCommand::Disable { name } => Ok(service::clients::disable(app, &name).await?),
        ClientsCommand::List => {
            for client in service::clients::list(app).await? {
                let state = client.disabled_at_ms.map_or("", |_| "disabled");
                print(&format!("{}\t{}\t{}\t{state}", client.id, client.name, Scope::join(&client.scopes)))?;
            }
            Ok(())
        }
    }
}

#[expect(clippy::print_stdout, reason = "these commands exist to print")]
fn print(text: &str) -> anyhow::Result<()> {
    println!("{}", text.trim_end());
    Ok(())
}

fn load(file: Option<PathBuf>) -> anyhow::Result<Config> {
    let config = Config::load(file.as_deref()).context("the configuration cannot be used")?;
    for url in [&config.database.url, &config.keys.vault] {
        make_folder(url.expose_secret()).context("the database's folder cannot be made")?;
    }
    Ok(config)
}

/// SQLite makes files, not folders.
fn make_folder(url: &str) -> std::io::Result<()> {
    let path = url.strip_prefix("sqlite://").and_then(|path| path.split('?').next());
    match path.and_then(|path| Path::new(path).parent()) {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// Everything, with the database brought up to date.
async fn connect(file: Option<PathBuf>) -> anyhow::Result<App> {
    let app = App::connect(load(file)?).await?;
    app.store.migrate().await?;
    Ok(app)
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let traces = server::log::install(&config.telemetry)?;
    let app = App::connect(config).await?;
    app.store.migrate().await?;
    policies::record(&app).await?;
    seed::staff(&app).await?;
    warn_of_calendar(&app);
    let stop = CancellationToken::new();
    let worker = Worker::configured(app.clone())?;
    let worker = worker.map(|worker| tokio::spawn(worker.run(stop.clone())));
    let housekeeping = tokio::spawn(housekeeping::run(app.clone(), HOUSEKEEPING, stop.clone()));
    load_engine(&app);

    let figures = app.config.telemetry.metrics_listen.clone();
    if !figures.is_empty() {
        tracing::info!(listen = figures, "serving /metrics");
        let stop = stop.clone();
        let server = poem::Server::new(TcpListener::bind(figures));
        let routes = api::metrics(app.clone());
        tokio::spawn(server.run_with_graceful_shutdown(routes, stop.cancelled_owned(), None));
    }
    let listen = app.config.http.listen.clone();
    let grace = Duration::from_secs(app.config.http.shutdown_s);
    tracing::info!(listen, url = app.config.http.public_url, "serving");
    let server = poem::Server::new(TcpListener::bind(listen)).name("ownerproof");
    let live = Arc::clone(&app.live);
    let told_to_stop = async move {
        told_to_stop().await;
        // Consoles that listen would hold up the end.
        live.close();
    };
    server.run_with_graceful_shutdown(api::routes(app), told_to_stop, Some(grace)).await?;
    stop.cancel();
    if let Some(worker) = worker {
        worker.await?;
    }
    housekeeping.await?;
    tracing::info!("stopped");
    if let Some(traces) = traces {
        tokio::task::spawn_blocking(move || traces.finish()).await?;
    }
    Ok(())
}

/// Days off of the next year are published in November: whoever runs the server learns in time that they are missing.
fn warn_of_calendar(app: &App) {
    let days = complaints::calendar_days(app);
    if days < 60 {
        tracing::warn!(
            days,
            "after that only weekends count as days off: set complaint.calendar to a newer file"
        );
    }
}

/// Loads the networks beside the running server: until they are there, verifications answer "engine-loading".
fn load_engine(app: &App) {
    let (desk, folder) = (Arc::clone(&app.desk), app.config.files.models.clone());
    tokio::task::spawn_blocking(move || match Native::load(&folder) {
        Ok(engine) => {
            desk.open(Arc::new(engine));
            tracing::info!("engine ready");
        }
        Err(error) => tracing::error!(%error, folder = %folder.display(), "the engine cannot be loaded"),
    });
}

/// SIGINT or SIGTERM.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
