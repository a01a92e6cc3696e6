//! `palet keys …`: the life of the keys of values, in the folder of a stopped or running server. A running server
//! follows within `keys.check_interval_ms`; every change leaves its line in the audit log.

mod person;
mod rewrap;
mod status;

use clap::Subcommand;
use palet_mask::FieldClass;
use palet_obfuscation::{
    KeyVersion,
    keys::{Cost, KeyRing, Officer, OfficerSecret, RingError},
};
use palet_units::TenantId;
use secrecy::ExposeSecret;
use std::{
    io::{self, Write},
    path::PathBuf,
};

use super::{ConfigFile, Done, Failure, block_on, serve::start_failure};
use crate::{
    app,
    audit::{Action, Detail, Entry, Outcome},
    clock,
    config::Settings,
    keys::{self, KeysFault, RingFolder, sealed_file},
};
use person::Person;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    file: ConfigFile,
    #[command(subcommand)]
    command: Command,
}

/// One version of one key.
#[derive(clap::Args, Clone, Debug)]
struct Managed {
    /// The tenant.
    tenant: TenantId,
    /// The class, such as iban.
    class: FieldClass,
    /// The version, such as 1 or v1.
    version: KeyVersion,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the key-encryption key, where it is a sealed file's or an HSM's, and an empty ring. Never writes over
    /// one.
    ///
    /// Example: palet keys init --config palet.toml
    Init,
    /// Shows provider, officers, every key with its state, and what is still under older keys.
    ///
    /// Example: palet keys status --json
    Status {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Gives a tenant its keys; a server does so by itself on the tenant's first value.
    ///
    /// Example: palet keys tenant bank
    Tenant {
        /// The tenant.
        tenant: TenantId,
    },
    /// Makes a new version that seals from now on; the one before opens on.
    ///
    /// Example: palet keys rotate bank iban
    Rotate {
        /// The tenant.
        tenant: TenantId,
        /// The classes; all of them where none is named.
        classes: Vec<FieldClass>,
    },
    /// Takes a version that only opens out of use. It can be brought back.
    ///
    /// Example: palet keys retire bank iban v1
    Retire(Managed),
    /// Brings a retired version back to open with. Voids an order to destroy it.
    ///
    /// Example: palet keys reinstate bank iban v1
    Reinstate(Managed),
    /// Destroys a retired version for good: one officer orders, another approves within a day.
    #[command(subcommand)]
    Destroy(Destroy),
    /// Adds and removes the people who may have keys destroyed.
    #[command(subcommand)]
    Officer(People),
    /// Moves what the store holds for random tokens to the newest keys. Goes on where it was cut off.
    ///
    /// Example: palet keys rewrap bank
    Rewrap {
        /// The tenant.
        tenant: TenantId,
        /// The classes; all of them where none is named.
        classes: Vec<FieldClass>,
    },
    /// Seals the key-encryption key under another passphrase; no other key changes.
    ///
    /// Example: palet keys passphrase --new-file new-passphrase
    Passphrase {
        /// The file with the new passphrase, readable by its owner alone.
        #[arg(long, value_name = "FILE")]
        new_file: PathBuf,
    },
    /// Makes another key-encryption key and wraps the ring for it in place: of a sealed file a new key, of a Vault the
    /// newest version of its transit key, which `vault write -f transit/keys/NAME/rotate` makes. Running servers
    /// follow; no value changes. Goes on where it was cut off.
    ///
    /// Example: palet keys rekey --config palet.toml
    Rekey,
    /// Wraps the ring for another provider, into the folder that its settings name; the old ring stays as it is.
    ///
    /// Example: palet keys move --config pilot.toml --to production.toml
    Move {
        /// The settings of the new provider.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

#[derive(Subcommand)]
enum Destroy {
    /// Orders it.
    ///
    /// Example: palet keys destroy order bank iban v1 --by ann=ann.secret
    Order {
        #[command(flatten)]
        key: Managed,
        /// NAME=FILE with the officer's secret; NAME alone reads it from standard input.
        #[arg(long)]
        by: Person,
    },
    /// Approves an order of another officer: what the key sealed is unreadable from then on.
    ///
    /// Example: palet keys destroy approve bank iban v1 --by bob=bob.secret
    Approve {
        #[command(flatten)]
        key: Managed,
        /// NAME=FILE with the officer's secret; NAME alone reads it from standard input.
        #[arg(long)]
        by: Person,
    },
}

#[derive(Subcommand)]
enum People {
    /// Adds an officer and prints their secret once. From the third on, two officers have to agree.
    ///
    /// Example: palet keys officer add ann > ann.secret
    Add {
        /// The name.
        name: Officer,
        /// NAME=FILE of each officer who agrees.
        #[arg(long = "agreed")]
        agreed: Vec<Person>,
    },
    /// Removes an officer; two have to agree.
    ///
    /// Example: palet keys officer remove ann --agreed bob=bob.secret --agreed eve=eve.secret
    Remove {
        /// The name.
        name: Officer,
        /// NAME=FILE of each officer who agrees.
        #[arg(long = "agreed")]
        agreed: Vec<Person>,
    },
}

impl From<KeysFault> for Failure {
    fn from(fault: KeysFault) -> Self {
        Self::Failed(format!("{}: {fault}", fault.code()))
    }
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let settings = arguments.file.load()?;
    std::fs::create_dir_all(&settings.store.data_folder)?;
    let data = &settings.store.data_folder;
    let entries = match &arguments.command {
        Command::Init => {
            let made = keys::create(&settings.keys, data)?;
            writeln!(io::stderr(), "made {}", made.folder().display())?;
            vec![entry(Action::KeyMade).with(Detail::ManagedKey, settings.keys.provider.as_str())]
        }
        Command::Passphrase { new_file } => {
            change_passphrase(&settings, new_file)?;
            vec![entry(Action::KeyState).with(Detail::ManagedKey, "passphrase")]
        }
        Command::Rekey => {
            keys::rekey(&settings.keys, data)?;
            vec![entry(Action::KeyRotated).with(Detail::ManagedKey, settings.keys.provider.as_str())]
        }
        Command::Move { to } => {
            move_to(&settings, to)?;
            vec![entry(Action::KeyState).with(Detail::ManagedKey, "provider")]
        }
        Command::Status { json } => return status::run(&settings, *json),
        Command::Rewrap { tenant, classes } => {
            block_on(rewrap::run(&settings, tenant, classes))?;
            vec![entry(Action::Rewrap).tenant(tenant)]
        }
        command => change(&keys::open(&settings.keys, data)?, command)?,
    };
    let mut audit = app::open_audit(&settings).map_err(start_failure)?;
    audit.append(&entries).map_err(Failure::failed)?;
    Ok(())
}

fn entry(action: Action) -> Entry {
    Entry::new(action, Outcome::Done, clock::now())
}

fn named(action: Action, key: &Managed) -> Entry {
    let name = format!("{}/{}", key.class.as_str(), key.version);
    entry(action).tenant(&key.tenant).with(Detail::ManagedKey, name)
}

/// Changes the ring; what the audit log is told of it.
fn change(folder: &RingFolder, command: &Command) -> Result<Vec<Entry>, Failure> {
    let now = clock::now();
    match command {
        Command::Tenant { tenant } => {
            folder.update(|ring, provider| make_tenant(ring, provider, tenant))?;
            Ok(vec![entry(Action::KeyMade).tenant(tenant)])
        }
        Command::Rotate { tenant, classes } => rotate(folder, tenant, classes),
        Command::Retire(key) => {
            folder.update(|ring, _| ring.retire(&key.tenant, key.class, key.version))?;
            Ok(vec![named(Action::KeyState, key).with(Detail::Code, "retired")])
        }
        Command::Reinstate(key) => {
            folder.update(|ring, _| ring.reinstate(&key.tenant, key.class, key.version))?;
            Ok(vec![named(Action::KeyState, key).with(Detail::Code, "decrypt-only")])
        }
        Command::Destroy(Destroy::Order { key, by }) => {
            let secret = by.secret()?;
            folder.update(|ring, _| {
                let proven = ring.prove(&by.name, secret.expose_secret())?;
                ring.order_destruction(&key.tenant, key.class, key.version, (&proven, now))
            })?;
            let line = named(Action::KeyDestroyed, key).person(&by.name.to_string());
            Ok(vec![line.came_to(Outcome::Pending)])
        }
        Command::Destroy(Destroy::Approve { key, by }) => {
            let secret = by.secret()?;
            folder.update(|ring, _| {
                let proven = ring.prove(&by.name, secret.expose_secret())?;
                ring.approve_destruction(&key.tenant, key.class, key.version, (&proven, now))
            })?;
            Ok(vec![named(Action::KeyDestroyed, key).person(&by.name.to_string())])
        }
        Command::Officer(people) => change_officers(folder, people),
        // Handled before: these do not change a ring that is there.
        Command::Init
        | Command::Status { .. }
        | Command::Rewrap { .. }
        | Command::Passphrase { .. }
        | Command::Rekey
        | Command::Move { .. } => Ok(Vec::new()),
    }
}

fn make_tenant(
    ring: &mut KeyRing,
    provider: &dyn palet_obfuscation::keys::KeyProvider,
    tenant: &TenantId,
) -> Result<(), RingError> {
    let key = ring.add_tenant(tenant, provider, &mut rand::rng())?;
    for class in kept_classes() {
        ring.rotate(&key, class, clock::now(), &mut rand::rng())?;
    }
    Ok(())
}

fn kept_classes() -> impl Iterator<Item = FieldClass> {
    FieldClass::ALL.into_iter().filter(|class| !class.is_secret())
}

fn rotate(folder: &RingFolder, tenant: &TenantId, classes: &[FieldClass]) -> Result<Vec<Entry>, Failure> {
    if let Some(secret) = classes.iter().find(|class| class.is_secret()) {
        let name = secret.as_str();
        return Err(Failure::Usage(format!("expected classes whose values may be kept, got {name}")));
    }
    let classes: Vec<_> = if classes.is_empty() { kept_classes().collect() } else { classes.to_vec() };
    let made = folder.update(|ring, provider| {
        let key = ring.unlock(tenant, provider)?;
        let mut made = Vec::with_capacity(classes.len());
        for &class in &classes {
            made.push((class, ring.rotate(&key, class, clock::now(), &mut rand::rng())?));
        }
        Ok(made)
    })?;
    let mut entries = Vec::with_capacity(made.len());
    for (class, version) in made {
        writeln!(io::stdout(), "{tenant} {} {version}", class.as_str())?;
        entries.push(named(Action::KeyRotated, &Managed { tenant: tenant.clone(), class, version }));
    }
    Ok(entries)
}

fn change_officers(folder: &RingFolder, people: &People) -> Result<Vec<Entry>, Failure> {
    let agreed = match people {
        People::Add { agreed, .. } | People::Remove { agreed, .. } => agreed,
    };
    let secrets = agreed.iter().map(Person::secret).collect::<Result<Vec<_>, _>>()?;
    let made = OfficerSecret::make(&mut rand::rng());
    folder.update(|ring, _| {
        let proven = agreed.iter().zip(&secrets);
        let proven = proven.map(|(person, secret)| ring.prove(&person.name, secret.expose_secret()));
        let proven = proven.collect::<Result<Vec<_>, _>>()?;
        match people {
            People::Add { name, .. } => ring.add_officer(name, made.digest(), &proven),
            People::Remove { name, .. } => ring.remove_officer(name, &proven),
        }
    })?;
    let (name, code) = match people {
        People::Add { name, .. } => {
            writeln!(io::stdout(), "{}", made.expose())?;
            (name, "officer-added")
        }
        People::Remove { name, .. } => (name, "officer-removed"),
    };
    Ok(vec![entry(Action::KeyState).person(&name.to_string()).with(Detail::Code, code)])
}

fn change_passphrase(settings: &Settings, new_file: &std::path::Path) -> Done {
    let folder = keys::ring_folder(&settings.keys, &settings.store.data_folder);
    let from = sealed_file::current_passphrase(&settings.keys, &folder)?;
    let to = sealed_file::secret_of(new_file).map_err(KeysFault::from)?;
    sealed_file::change_passphrase(&folder, from.expose_secret(), to.expose_secret(), Cost::RECOMMENDED)?;
    writeln!(io::stderr(), "name the new passphrase in keys.passphrase_file before the next start")?;
    Ok(())
}

fn move_to(settings: &Settings, to: &std::path::Path) -> Done {
    let target = ConfigFile { config: Some(to.to_owned()) }.load()?;
    let from = keys::open(&settings.keys, &settings.store.data_folder)?;
    let folder = keys::ring_folder(&target.keys, &target.store.data_folder);
    if folder == from.folder() {
        let text = "expected another keys.folder in the new settings: the old ring stays as it is";
        return Err(Failure::Usage(text.into()));
    }
    let mut ring = from.load()?;
    let provider = keys::new_provider(&target.keys, &folder)?;
    ring.rewrap(from.provider(), &*provider, &mut rand::rng()).map_err(KeysFault::from)?;
    RingFolder::at(&folder, provider).adopt(&ring)?;
    writeln!(io::stderr(), "the ring is in {}; start the server with the new settings", folder.display())?;
    Ok(())
}
