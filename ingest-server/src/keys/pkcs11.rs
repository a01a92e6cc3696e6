//! The provider that asks a PKCS#11 token: an HSM, whose AES key wraps by AES-GCM and never leaves it.
//!
//! One session, opened again where the token was gone meanwhile; where that fails, the module is started anew, since many
//! take no notice of a token that came back. A PIN that the token refused is not tried a second time: it would lock the
//! token.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

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

/// A module is loaded once in a process, and stays.
static MODULES: LazyLock<Mutex<HashMap<PathBuf, Arc<Module>>>> = LazyLock::new(Mutex::default);

/// A loaded module. All work with it goes on under its turn, so that it is never started anew under a call.
struct Module {
    context: Pkcs11,
    turn: Mutex<Turn>,
}

/// How often a module was started anew: sessions of an earlier turn are no more, and their numbers may be others'.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Turn(u64);

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
    session: Option<Connected>,
    denied: bool,
}

struct Connected {
    session: Session,
    key: ObjectHandle,
    turn: Turn,
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
        let connected = (|| {
            let module = module(&opened.module)?;
            let turn = module.turn.lock();
            opened.connect(opened.log_in(&module)?, *turn)
        })();
        opened.open.lock().session = Some(connected.map_err(|source| opened.fault(source))?);
        Ok(opened)
    }

    /// The same; a key is made on the token where it has none of that label. **Errors**: `Provider`, `File`.
    pub fn open_or_make_key(settings: &KeySettings) -> Result<Self, KeysFault> {
        let opened = Self::of(settings)?;
        let made = (|| {
            let module = module(&opened.module)?;
            let _turn = module.turn.lock();
            let session = opened.log_in(&module)?;
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

    fn connect(&self, session: Session, turn: Turn) -> Result<Connected, ProviderError> {
        let key = self.find_key(&session)?.ok_or(ProviderError::Denied)?;
        Ok(Connected { session, key, turn })
    }

    fn log_in(&self, module: &Module) -> Result<Session, ProviderError> {
        let context = &module.context;
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
        let module = module(&self.module)?;
        let (mut turn, mut open) = (module.turn.lock(), self.open.lock());
        // Its number may be that of another's session by now, which closing it would end.
        if let Some(lost) = open.session.take_if(|connected| connected.turn != *turn) {
            std::mem::forget(lost.session);
        }
        if let Some(Connected { session, key, .. }) = &open.session {
            match work(session, *key) {
                Ok(done) => return Ok(done),
                Err(error) if is_refusal(&error, session) => return Err(ProviderError::Refused),
                Err(_) => open.session = None,
            }
        }
        let connected = self.connect_again(&module, &mut turn, &mut open)?;
        let Connected { session, key, .. } = open.session.insert(connected);
        work(session, *key).map_err(|error| match is_refusal(&error, session) {
            true => ProviderError::Refused,
            false => ProviderError::Unavailable,
        })
    }

    fn connect_again(
        &self,
        module: &Module,
        turn: &mut Turn,
        open: &mut Open,
    ) -> Result<Connected, ProviderError> {
        if open.denied {
            return Err(ProviderError::Denied);
        }
        let mut connect = |turn: Turn| {
            let session = self.log_in(module);
            open.denied = matches!(session, Err(ProviderError::Denied));
            self.connect(session?, turn)
        };
        match connect(*turn) {
            Err(ProviderError::Unavailable) => {
                module.start_anew(turn)?;
                connect(*turn)
            }
            connected => connected,
        }
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

fn module(path: &Path) -> Result<Arc<Module>, ProviderError> {
    let mut modules = MODULES.lock();
    if let Some(known) = modules.get(path) {
        return Ok(Arc::clone(known));
    }
    let context = Pkcs11::new(path).map_err(|_| ProviderError::Unavailable)?;
    initialise(&context)?;
    let loaded = Arc::new(Module { context, turn: Mutex::new(Turn(0)) });
    modules.insert(path.to_owned(), Arc::clone(&loaded));
    Ok(loaded)
}

impl Module {
    /// Ends every session, and looks for slots and tokens as at first. **Errors**: `Unavailable`.
    fn start_anew(&self, turn: &mut Turn) -> Result<(), ProviderError> {
        turn.0 += 1;
        // Where it is not running, there is nothing to end.
        let _ = self.context.clone().finalize();
        initialise(&self.context)
    }
}

fn initialise(context: &Pkcs11) -> Result<(), ProviderError> {
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
        Err(_) => Err(ProviderError::Unavailable),
    }
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
