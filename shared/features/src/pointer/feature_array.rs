//! The codec of a stroke's features: a fixed-length sequence, so that a hostile length cannot be written down.

use crate::schema::STROKE_FEATURES;
use core::fmt;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(
    features: &[i16; STROKE_FEATURES],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut tuple = serializer.serialize_tuple(STROKE_FEATURES)?;
    for feature in features {
        tuple.serialize_element(feature)?;
    }
    tuple.end()
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<[i16; STROKE_FEATURES], D::Error> {
    deserializer.deserialize_tuple(STROKE_FEATURES, Features)
}

struct Features;

impl<'de> Visitor<'de> for Features {
    type Value = [i16; STROKE_FEATURES];

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{STROKE_FEATURES} features of a stroke")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut features = [0; STROKE_FEATURES];
        for (read, feature) in features.iter_mut().enumerate() {
            *feature = sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(read, &self))?;
        }
        Ok(features)
    }
}
