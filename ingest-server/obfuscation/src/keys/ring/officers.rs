//! The people of a ring: who is added and removed by whose word, and who proves to be one of them.

use std::collections::BTreeSet;

use subtle::ConstantTimeEq;

use super::{KeyRing, RingError};
use crate::keys::officer::digest;
use crate::keys::{Officer, Proven};

/// From so many officers on, two of them have to agree to any further one. **Units**: people.
pub const OFFICERS_MIN: usize = 2;

impl KeyRing {
    /// The officers, by name.
    pub fn officers(&self) -> impl Iterator<Item = &Officer> + '_ {
        self.officers.keys()
    }

    /// Adds an officer by the digest of their secret. The first two need nobody's word; any further one needs
    /// that of two, so that one person cannot become two.
    ///
    /// **Errors**: `OfficerExists`, `TwoOfficers`.
    pub fn add_officer(
        &mut self,
        officer: &Officer,
        digest: [u8; 32],
        agreed: &[Proven],
    ) -> Result<(), RingError> {
        if self.officers.contains_key(officer) {
            return Err(RingError::OfficerExists);
        }
        self.expect_two(agreed)?;
        self.officers.insert(officer.clone(), digest);
        self.generation += 1;
        Ok(())
    }

    /// Removes an officer; two have to agree. **Errors**: `TwoOfficers`, `OfficerRefused`.
    pub fn remove_officer(&mut self, officer: &Officer, agreed: &[Proven]) -> Result<(), RingError> {
        self.expect_two(agreed)?;
        self.officers.remove(officer).ok_or(RingError::OfficerRefused)?;
        self.generation += 1;
        Ok(())
    }

    /// Who shows the secret of an officer is the officer. **Errors**: `OfficerRefused`.
    pub fn prove(&self, officer: &Officer, shown: &str) -> Result<Proven, RingError> {
        // An officer that is not there takes as long as a wrong secret.
        let (known, kept) = self.officers.get(officer).map_or((false, &[0; 32]), |kept| (true, kept));
        let same = bool::from(digest(shown).ct_eq(kept));
        if known && same { Ok(Proven(officer.clone())) } else { Err(RingError::OfficerRefused) }
    }

    fn expect_two(&self, agreed: &[Proven]) -> Result<(), RingError> {
        let still = |proven: &&Proven| self.officers.contains_key(proven.officer());
        let distinct: BTreeSet<_> = agreed.iter().filter(still).map(Proven::officer).collect();
        if self.officers.len() < OFFICERS_MIN || distinct.len() >= 2 {
            Ok(())
        } else {
            Err(RingError::TwoOfficers)
        }
    }
}
