//! The provider that asks a PKCS#11 token: an HSM, whose AES key wraps by AES-GCM and never leaves it.
//!
//! One session, opened again where the token was gone meanwhile. A PIN that the token refused is not tried a second
//! time: it would lock the token.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
    mechanism::{Mechanism, aead::GcmParams},
    object::{Attribute, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use palet_obfuscation::keys::{KeyProvider, ProviderError};
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{KeysFault, sealed_file::secret_of};
use crate::config::KeySettings;

const NONCE_BYTES: usize = 12;
const TAG_BITS: u64 = 128;

/// A module is initialised once in a process, and stays.
static MODULES: LazyLock<Mutex<HashMap<PathBuf, Pkcs11>>> = LazyLock::new(Mutex::default);

/// A token with a key.
pub struct Pkcs11Token {
    module: PathBuf,
    token: String,
    key: String,
    pin: SecretString,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    session: Option<(Session, ObjectHandle)>,
    denied: bool,
}

impl std::fmt::Debug for Pkcs11Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pkcs11Token").field("token", &self.token).finish_non_exhaustive()
    }
}

impl Pkcs11Token {
    /// The token of the settings, logged in, with its key found. **Errors**: `Provider`, `File`.
    pub fn open(settings: &KeySettings) -> Result<Self, KeysFault> {
        let opened = Self::of(settings)?;
        let connected = opened.connect().map_err(|source| opened.fault(source))?;
        opened.open.lock().session = Some(connected);
        Ok(opened)
    }

    /// The same; a key is made on the token where it has none of that label. **Errors**: `Provider`, `File`.
    pub fn open_or_make_key(settings: &KeySettings) -> Result<Self, KeysFault> {
        let opened = Self::of(settings)?;
        let made = (|| {
            let session = opened.log_in()?;
            if opened.find_key(&session)?.is_none() {
                opened.make_key(&session)?;
            }
            Ok(())
        })();
        made.map_err(|source| opened.fault(source))?;
        drop(opened);
        Self::open(settings)
    }

    fn of(settings: &KeySettings) -> Result<Self, KeysFault> {
        let pin = match (&settings.pkcs11_pin, &settings.pkcs11_pin_file) {
            (Some(pin), _) => pin.clone(),
            (None, Some(path)) => secret_of(path)?,
            (None, None) => String::new().into(),
        };
        Ok(Self {
            module: settings.pkcs11_module.clone().unwrap_or_default(),
            token: settings.pkcs11_token.clone().unwrap_or_default(),
            key: settings.pkcs11_key.clone(),
            pin,
            open: Mutex::default(),
        })
    }

    fn fault(&self, source: ProviderError) -> KeysFault {
        let (token, key, module) = (&self.token, &self.key, self.module.display());
        let detail = match source {
            ProviderError::Denied => {
                format!("expected the token {token} to take the PIN and to have a key {key}")
            }
            _ => format!("expected a token {token} behind the module {module}"),
        };
        KeysFault::Provider { provider: "pkcs11", detail, source }
    }

    fn connect(&self) -> Result<(Session, ObjectHandle), ProviderError> {
        let session = self.log_in()?;
        let key = self.find_key(&session)?.ok_or(ProviderError::Denied)?;
        Ok((session, key))
    }

    fn log_in(&self) -> Result<Session, ProviderError> {
        let context = module(&self.module)?;
        let gone = |_| ProviderError::Unavailable;
        let slots = context.get_slots_with_token().map_err(gone)?;
        let labelled = |slot: &cryptoki::slot::Slot| {
            context.get_token_info(*slot).is_ok_and(|info| info.label().trim_end() == self.token)
        };
        let slot = slots.into_iter().find(labelled).ok_or(ProviderError::Unavailable)?;
        let session = context.open_rw_session(slot).map_err(gone)?;
        let pin = AuthPin::from(self.pin.expose_secret().to_owned());
        match session.login(UserType::User, Some(&pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(Error::Pkcs11(
                RvError::PinIncorrect
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinLocked
                | RvError::PinExpired,
                _,
            )) => Err(ProviderError::Denied),
            Err(_) => Err(ProviderError::Unavailable),
        }
    }

    fn find_key(&self, session: &Session) -> Result<Option<ObjectHandle>, ProviderError> {
        let wanted = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
            Attribute::Label(self.key.as_bytes().to_vec()),
        ];
        let found = session.find_objects(&wanted).map_err(|_| ProviderError::Unavailable)?;
        Ok(found.into_iter().next())
    }

    fn make_key(&self, session: &Session) -> Result<ObjectHandle, ProviderError> {
        let wanted = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
            Attribute::Label(self.key.as_bytes().to_vec()),
            Attribute::ValueLen(32.into()),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
        ];
        session.generate_key(&Mechanism::AesKeyGen, &wanted).map_err(|_| ProviderError::Denied)
    }

    /// Works with the session; where it is lost, once more with a new one.
    fn with<T>(&self, work: impl Fn(&Session, ObjectHandle) -> Result<T, Error>) -> Result<T, ProviderError> {
        let mut open = self.open.lock();
        if let Some((session, key)) = &open.session {
            match work(session, *key) {
                Ok(done) => return Ok(done),
                Err(error) if is_refusal(&error, session) => return Err(ProviderError::Refused),
                Err(_) => open.session = None,
            }
        }
        if open.denied {
            return Err(ProviderError::Denied);
        }
        let connected = self.connect();
        open.denied = matches!(connected, Err(ProviderError::Denied));
        let (session, key) = open.session.insert(connected?);
        work(session, *key).map_err(|error| match is_refusal(&error, session) {
            true => ProviderError::Refused,
            false => ProviderError::Unavailable,
        })
    }
}

/// Whether the token looked at what it was given and did not take it.
fn is_refusal(error: &Error, session: &Session) -> bool {
    // SoftHSM has no better word for a tag that does not fit; a token that is gone has no session either.
    if let Error::Pkcs11(RvError::GeneralError | RvError::FunctionFailed, _) = error {
        return session.get_session_info().is_ok();
    }
    matches!(
        error,
        Error::Pkcs11(
            RvError::EncryptedDataInvalid
                | RvError::EncryptedDataLenRange
                | RvError::DataInvalid
                | RvError::DataLenRange,
            _,
        )
    )
}

fn module(path: &Path) -> Result<Pkcs11, ProviderError> {
    let mut modules = MODULES.lock();
    if let Some(known) = modules.get(path) {
        return Ok(known.clone());
    }
    let context = Pkcs11::new(path).map_err(|_| ProviderError::Unavailable)?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(_) => return Err(ProviderError::Unavailable),
    }
    modules.insert(path.to_owned(), context.clone());
    Ok(context)
}

impl KeyProvider for Pkcs11Token {
    fn wrap(&self, context: &[u8], key: &[u8; 32], nonce: [u8; 12]) -> Result<Vec<u8>, ProviderError> {
        let sealed = self.with(|session, handle| {
            let mut nonce = nonce;
            let parameters = GcmParams::new(&mut nonce, context, TAG_BITS.into())?;
            session.encrypt(&Mechanism::AesGcm(parameters), handle, key)
        });
        // There is nothing in a key of 32 bytes to refuse: the token cannot do it.
        let sealed = sealed.map_err(|error| match error {
            ProviderError::Refused => ProviderError::Unavailable,
            other => other,
        })?;
        Ok([&nonce[..], &sealed].concat())
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, ProviderError> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_BYTES>().ok_or(ProviderError::Refused)?;
        let mut key = Zeroizing::new([0; 32]);
        if sealed.len() != key.len() + 16 {
            return Err(ProviderError::Refused);
        }
        let clear = self.with(|session, handle| {
            let mut nonce = *nonce;
            let parameters = GcmParams::new(&mut nonce, context, TAG_BITS.into())?;
            session.decrypt(&Mechanism::AesGcm(parameters), handle, sealed)
        });
        let clear = Zeroizing::new(clear?);
        if clear.len() != key.len() {
            return Err(ProviderError::Refused);
        }
        key.copy_from_slice(&clear);
        Ok(key)
    }
}
