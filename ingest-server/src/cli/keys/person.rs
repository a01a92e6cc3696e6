//! An officer on the command line: a name, and where the secret is that proves it.

use palet_obfuscation::keys::Officer;
use secrecy::SecretString;
use std::{io, path::PathBuf, str::FromStr};

use crate::{
    cli::Failure,
    keys::{KeysFault, sealed_file},
};

/// `NAME=FILE`, or `NAME` where the secret comes from standard input: never the secret itself, which other processes
/// could read off the command line.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: Officer,
    file: Option<PathBuf>,
}

impl FromStr for Person {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let name = name.parse().map_err(|error: palet_obfuscation::keys::OfficerError| error.to_string())?;
        Ok(Self { name, file: file.map(PathBuf::from) })
    }
}

impl Person {
    /// The secret that the person shows.
    pub(super) fn secret(&self) -> Result<SecretString, Failure> {
        match &self.file {
            Some(path) => Ok(sealed_file::secret_of(path).map_err(KeysFault::from)?),
            None => {
                let mut line = zeroize::Zeroizing::new(String::new());
                io::stdin().read_line(&mut line)?;
                Ok(line.trim().to_owned().into())
            }
        }
    }
}
