//! The words by which forms name their fields, in English, German, French, Spanish, Italian, Dutch, Polish,
//! Portuguese, Swedish and Finnish; the plainest ones in Danish, Norwegian, Czech, Turkish, Romanian and Hungarian.
//!
//! A text is read in small ASCII letters without accents or separators, so that `cardNumber`, `card_number`
//! and "Card number" are one word. Where several entries fit, the longest speaks.

use alloc::vec::Vec;

use palet_mask::FieldClass;

/// What a text says of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Class(FieldClass),
    /// A card's date of expiry.
    Expiry,
    /// Something of a card.
    Card,
    /// Some number: which, the neighbours tell.
    Number,
    /// Some code: which, the neighbours tell.
    Code,
    /// Nothing sensitive.
    Nothing,
}

impl Meaning {
    pub(super) const fn class(self) -> Option<FieldClass> {
        match self {
            Self::Class(class) => Some(class),
            Self::Expiry => Some(FieldClass::Custom),
            Self::Card | Self::Number | Self::Code | Self::Nothing => None,
        }
    }
}

impl Meaning {
    /// Which meaning speaks where a text holds words of several. "Number" alone says less than any longer name,
    /// and "IBAN" more: the rest of its label says whose.
    const fn standing(self) -> u8 {
        match self {
            Self::Card | Self::Number | Self::Code => 0,
            Self::Class(FieldClass::Iban) => 2,
            _ => 1,
        }
    }
}

/// The most characters of a text that are read: a label is short, and what is longer is prose.
const CHARACTERS_MAX: usize = 160;

/// A text in small ASCII letters and digits, without separators.
struct Plain {
    text: Vec<u8>,
    /// Where words begin in `text`.
    starts: Vec<usize>,
    /// Which pairs of neighbouring characters occur, by [`pair`]: most entries are ruled out by their first.
    pairs: [u64; 4],
}

impl Plain {
    fn of(source: &str) -> Self {
        let mut plain = Self { text: Vec::new(), starts: Vec::new(), pairs: [0; 4] };
        let mut previous = Sort::Separator;
        for character in source.chars().take(CHARACTERS_MAX) {
            let sort = Sort::of(character);
            let begins = match (previous, sort) {
                (_, Sort::Separator) => false,
                (Sort::Separator | Sort::Small, Sort::Capital) | (Sort::Separator, _) => true,
                (Sort::Digit, sort) => sort != Sort::Digit,
                (_, Sort::Digit) => true,
                _ => false,
            };
            if begins {
                plain.starts.push(plain.text.len());
            }
            plain.push(character);
            previous = sort;
        }
        for two in plain.text.windows(2) {
            let pair = pair(two);
            plain.pairs[pair / 64] |= 1 << (pair % 64);
        }
        plain
    }

    fn push(&mut self, character: char) {
        match fold(character) {
            Some(folded) => self.text.extend_from_slice(folded.as_bytes()),
            None if character.is_ascii_alphanumeric() => self.text.push(character.to_ascii_lowercase() as u8),
            None => {}
        }
    }

    fn is_start(&self, at: usize) -> bool {
        self.starts.contains(&at)
    }

    fn is_end(&self, at: usize) -> bool {
        at == self.text.len() || self.is_start(at)
    }

    /// Whether an entry occurs where it may.
    fn has(&self, entry: &[u8]) -> bool {
        let (place, stem) = match entry {
            [b'=', stem @ ..] => (Place::Word, stem),
            [b'^', stem @ ..] => (Place::Start, stem),
            _ => (Place::Anywhere, entry),
        };
        let pair = pair(stem);
        if self.pairs[pair / 64] >> (pair % 64) & 1 == 0 {
            return false;
        }
        self.text.windows(stem.len()).enumerate().filter(|(_, text)| *text == stem).any(|(at, _)| match place
        {
            Place::Anywhere => true,
            Place::Start => self.is_start(at),
            Place::Word => self.is_start(at) && self.is_end(at + stem.len()),
        })
    }
}

/// A number below 256 for the first two characters of a text.
fn pair(text: &[u8]) -> usize {
    match text {
        [first, second, ..] => usize::from(first.wrapping_mul(31).wrapping_add(*second)),
        _ => 0,
    }
}

/// Where an entry must stand: `=pin` as a word, `^tel` at a word's start, `cardnumber` anywhere.
enum Place {
    Anywhere,
    Start,
    Word,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Capital,
    Small,
    Digit,
    Separator,
}

impl Sort {
    /// Other scripts count as small letters: their words are in no table.
    fn of(character: char) -> Self {
        match character {
            '0'..='9' => Self::Digit,
            'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' => Self::Capital,
            'a'..='z' | 'ß'..='ö' | 'ø'..='\u{1fff}' | '\u{2c00}'..='\u{2dff}' | '\u{3040}'.. => {
                Self::Small
            }
            _ => Self::Separator,
        }
    }
}

/// The letters for one with an accent.
fn fold(character: char) -> Option<&'static str> {
    Some(match character {
        'à'..='å' | 'À'..='Å' | 'ą' | 'Ą' | 'ă' | 'Ă' => "a",
        'ç' | 'Ç' | 'ć' | 'Ć' | 'č' | 'Č' => "c",
        'ď' | 'Ď' | 'ð' | 'Ð' => "d",
        'è'..='ë' | 'È'..='Ë' | 'ę' | 'Ę' | 'ě' | 'Ě' => "e",
        'ğ' | 'Ğ' => "g",
        'ì'..='ï' | 'Ì'..='Ï' | 'ı' | 'İ' => "i",
        'ł' | 'Ł' => "l",
        'ñ' | 'Ñ' | 'ń' | 'Ń' | 'ň' | 'Ň' => "n",
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ő' | 'Ő' => "o",
        'ř' | 'Ř' => "r",
        'ś' | 'Ś' | 'š' | 'Š' | 'ş' | 'Ş' | 'ș' | 'Ș' => "s",
        'ť' | 'Ť' | 'ţ' | 'Ţ' | 'ț' | 'Ț' => "t",
        'ß' => "ss",
        'ù'..='ü' | 'Ù'..='Ü' | 'ů' | 'Ů' | 'ű' | 'Ű' => "u",
        'ý' | 'Ý' => "y",
        'ź' | 'ż' | 'Ź' | 'Ż' | 'ž' | 'Ž' => "z",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        _ => return None,
    })
}

/// What a text says, and how plainly. **Range:** 0..=1.
pub(super) fn meaning_of(text: &str) -> Option<(Meaning, f32)> {
    if text.is_empty() {
        return None;
    }
    let plain = Plain::of(text);
    let mut best: Option<((u8, usize), Meaning, f32)> = None;
    for &(meaning, strength, entries) in WORDS {
        for entry in entries.split_ascii_whitespace() {
            let rank = (meaning.standing(), entry.len());
            if best.is_none_or(|(highest, ..)| rank > highest) && plain.has(entry.as_bytes()) {
                best = Some((rank, meaning, strength));
            }
        }
    }
    best.map(|(_, meaning, strength)| (meaning, strength))
}

const fn of(class: FieldClass) -> Meaning {
    Meaning::Class(class)
}

/// Meanings, how plainly their words say them, and the words.
const WORDS: &[(Meaning, f32, &str)] = &[
    (
        of(FieldClass::Pan),
        1.0,
        "cardnumber cardnum cardno ccnumber ccnum ccno cardpan creditcard debitcard =pan kartennummer kartennr \
         kreditkartennummer kreditkarte numerocarte numerodecarte numerodelacarte numerocb numerodecb \
         numerotarjeta numerodetarjeta numerodelatarjeta tarjetanumero numerocarta numerodicarta \
         numerodellacarta kaartnummer numerkarty nrkarty numerocartao numerodocartao numerodecartao kortnummer \
         kortnr korttinumero kortinnumero korttinnumero \
         cardnr debitorcreditcard creditcardno ccnumb kartennr numtarjeta nrotarjeta numcarte ncarte numcarta nrcarta kartanumero \
         cardpannumber primaryaccountnumber cislokarty numerkarty kartnumarasi kartno numarcard numarulcardului kartyaszam bankkartyaszam \
         kredittkortnummer kreditkortnummer nummerkarty numerocartaocredito",
    ),
    (
        of(FieldClass::Cvv),
        1.0,
        "cvv cvc =csc =cid cvn securitycode cardcode cardverification cardsecurity verificationvalue \
         kartenprufnummer prufnummer pruefnummer prufziffer pruefziffer kartensicherheitscode sicherheitscode \
         cryptogramme codesecurite codedesecurite codigoseguridad codigodeseguridad codicesicurezza \
         codicedisicurezza beveiligingscode veiligheidscode kodzabezpieczajacy kodbezpieczenstwa \
         codigoseguranca codigodeseguranca sakerhetskod turvakoodi turvaluku varmennusnumero tarkistenumero \
         ccv cardid ccid cav2 cvd kontrolcifre kontrollcifre sikkerhedskode \
         sikkerhetskode bezpecnostnikod kontrolnikod guvenlikkodu codsecuritate codsecuritatecard biztonsagikod ellenorzokod cryptovisuel \
         codeverificationcarte pruefcode kontrollnummer",
    ),
    (
        Meaning::Expiry,
        1.0,
        "expiry expdate expmonth expyear expiration expires ^ccexp =exp =mmyy =mmyyyy validthru validuntil \
         ablaufdatum ablaufmonat ablaufjahr gultigbis gueltigbis verfallsdatum dateexpiration datedexpiration \
         moisexpiration anneeexpiration expiracion caducidad fechadevencimiento vencimiento scadenza vervaldatum \
         geldigtot datawaznosci terminwaznosci wazndo waznado validade datadevalidade utgangsdatum giltigttill giltigtill \
         giltighet voimassa =mmaa =mmjj mmaaaa mmjjjj \
         goodthru validto cardexp ^expir =expmo =expyr ablauf =verfall gultigkeit gueltigkeit datefinvalidite finvalidite \
         datefindevalidite validitecarte fechacaducidad fechaexpiracion validez datascadenza validafinoal validacarta verloopdatum \
         geldigheid datawaznosci utlopsdato udlobsdato udlobsmaned gyldigtil platnostkarty platnostdo konecplatnosti sonkullanma sonkullanmatarihi \
         dataexpirarii lejarat lejaratidatum ervenyesseg ervenyessegi prazovalidade datavalidade mmrr =mmrrrr",
    ),
    (of(FieldClass::Iban), 1.0, "^iban ibannumber numeroiban"),
    (
        of(FieldClass::Bic),
        1.0,
        "=bic biccode swift swiftcode bicswift swiftbic \
         bankidentifiercode =bicnr codigoswift kodswift",
    ),
    (
        of(FieldClass::Account),
        1.0,
        "accountnumber accountno accountnum acctnum acctno acctnumber bankaccount toaccount fromaccount \
         destinationaccount beneficiaryaccount payeeaccount kontonummer kontonr zielkonto numerocompte \
         numerodecompte comptedebeneficiaire comptebeneficiaire compteacrediter comptedestinataire numerocuenta \
         numerodecuenta cuentadestino cuentadeorigen cuentabancaria clabe numeroconto numerodiconto \
         contocorrente rekeningnummer tegenrekening numerkonta nrkonta numerrachunku nrrachunku rachunekodbiorcy \
         numeroconta numerodaconta numerodeconta contadestino tilinumero saajantili kontonummeret \
         accnumber accno acctid checkingaccount savingsaccount currentaccount creditaccount debitaccount creditoraccount \
         debtoraccount =ktonr =kto empfangerkonto empfaengerkonto auftraggeberkonto belastungskonto gutschriftkonto kontonummermottaker \
         tillkonto frankonto tilkonto frakonto konto ontvangerrekening rekeningontvanger vanrekening naarrekening kontoodbiorcy \
         contabancaria contaorigem contacorrente contocorrentenumero contobeneficiario ncuenta cuentaorigen cuentadecargo cuentadeabono \
         comptebancaire ncompte numcompte comptedebiteur compteadebiter cislouctu uctu hesapno hesapnumarasi numarcont contiban szamlaszam \
         bankszamlaszam tilinro tililta tilille \
         mottagarkonto",
    ),
    (
        of(FieldClass::SortCode),
        1.0,
        "sortcode sortingcode banksort \
         sortnumber branchsort",
    ),
    (
        of(FieldClass::Routing),
        1.0,
        "routingnumber routingno routing =aba abanumber transitnumber bankleitzahl =blz clearingnummer clearingnr \
         codebanque codeguichet =bsb bsbnumber =abi =cab =ifsc ifsccode \
         routingtransit bankcode bankcodeaba kodebank clearingnumber rtn",
    ),
    (
        of(FieldClass::NationalId),
        1.0,
        "=ssn socialsecurity nationalid nationalinsurance =nino ninumber personnummer henkilotunnus =hetu \
         pesel =dni =nie nifnie dninie =bsn burgerservicenummer =cpr personalausweis ausweisnummer ausweisnr \
         idcardnumber identitycard identitynumber idcard idnumber securitesociale numerosecu documentoidentidad \
         documentodeidentidad numerodedocumento cartadidentita cartaidentita cartaocidadao cartaodecidadao \
         bilhetedeidentidade sozialversicherungsnummer svnummer dowodosobisty numerdowodu dowoduosobistego \
         seriainumerdowodu aadhaar identiteitskaart samordningsnummer =rg \
         =nir =nss numsecu socialinsurance =sinnumber socialsecuritynumber ssnlast4 idcardno identitycardno identitydocument \
         documentid iddocument governmentid =idno =idnr nationalidentity citizenid personalid personalnumber personalausweisnummer \
         persoausweis cartenationaleidentite carteidentite numerocni cnie =dnie numdocumento nrodocumento numerodocumento =nuip =curp =cedula \
         documentoidentita numerodocumentoidentita numeroidentificacao numerocc cartaocidadaonumero fodselsnummer fodselsnr personnr cprnummer cprnr \
         rodnecislo tckimlik tckimlikno tckn =kimlikno kimlikno =cnp codnumericpersonal szemelyiszam szemelyiigazolvany szemelyazonosito =bsnnummer \
         legitimationsnummer nummeridentiteitsbewijs idkaart",
    ),
    (
        of(FieldClass::TaxId),
        1.0,
        "taxid taxnumber taxpayerid taxidentification =tin =itin =ein steuerid steuernummer steuernr \
         steueridentifikationsnummer steueridentnummer idnr numerofiscal numeroimpot identifiantfiscal \
         codicefiscale =cf partitaiva =nip numernip =cpf =cnpj =nif btwnummer vatnumber vatid ustid ustidnr \
         numerotva =siret contribuinte numerodecontribuinte verotunniste \
         taxreference taxcode fiscalcode fiscalnumber =utr =vat taxid taxref uniquetaxpayer =stnr finanzamtsnummer =rfc =rut =cuit =cuil =ruc \
         numerocontribuinte numerofiscale skattenummer =dic vergino vergikimlik vergikimlikno codfiscal adoszam adoazonosito",
    ),
    (
        of(FieldClass::Passport),
        1.0,
        "passport reisepass passnummer passnr passeport pasaporte passaporto paspoort paszport passaporte \
         passinnumero passinumero passportnumber reisepassnummer numeropasaporte \
         passnumber numeropasseport numpasaporte numeropassaporto paspoortnummer numerpaszportu numeropassaporte cislopasu pasaportno utlevelszam pasnummerreis",
    ),
    (
        of(FieldClass::Phone),
        1.0,
        "phone =tel ^telefon telephone telefono telefone telefoon mobilenumber mobileno mobilephone =mobile \
         =mobil mobilnummer mobilnr mobiltelefon handynummer handynr =handy cellulare =cell cellphone =movil \
         telefonomovil numeroportable telephoneportable =portable =gsm telemovel komorka numertelefonu \
         nrtelefonu puhelin puhelinnumero matkapuhelin telnr telno =fax contactnumber mobielnummer \
         numerodetelephone numerodetelefono numeroditelefono \
         =celular =celulares =movil =moviles movilnumero mobiletel cellnumber phonenumber =landline =daytimephone rufnummer telefonnr numtel =ntel telfixe \
         telportable numeromobile nummobile =mobiel mobieltje =gsmnummer telnummer telefonkomorkowy telefonkontaktowy numertel contacto telemovelnumero \
         mobiltlf =tlf tlfnr telefonnummer =matkapuh ceptelefonu cepno cepnumarasi =mobilszam telefonszam telefonnicislo =recapito recapitotelefonico fisso",
    ),
    (
        of(FieldClass::Email),
        1.0,
        "email =mail mailaddress emailaddress courriel correo correoelectronico =epost epostadress sahkoposti \
         sahkopostiosoite adresemail adresemail postaelettronica emailadresse enderecodeemail adressemail \
         mailadresse mailadress mailadres adresseelectronique adresseemail adressedemail adresemaila direccioncorreo direccionemail emailid useremail \
         indirizzoemail indirizzomail mejl mailcim emailcim epostaadresi eposta epostadresse =email",
    ),
    (
        of(FieldClass::Name),
        1.0,
        "firstname lastname fullname surname givenname familyname middlename =fname =lname cardholder nameoncard \
         cardname ccname accountholder beneficiaryname payeename recipientname holdername yourname vorname \
         nachname familienname geburtsname karteninhaber kontoinhaber empfangername empfaengername \
         nameempfanger nameempfaenger namedesempfangers namedesempfaengers zahlungsempfanger =empfanger =empfaenger \
         begunstigter prenom =nom nomdefamille nomdenaissance nomcomplet nometprenom titulaire nomdutitulaire \
         nombeneficiaire nomdubeneficiaire =beneficiaire =nombre nombreyapellidos nombrecompleto =apellido \
         apellidos primerapellido segundoapellido titulardelatarjeta nombretitular =titular =beneficiario \
         nombredelbeneficiario =nome nomecompleto cognome intestatario nomebeneficiario nomecognome voornaam \
         achternaam volledigenaam =naam naambegunstigde begunstigde kaarthouder rekeninghouder =imie nazwisko \
         imieinazwisko odbiorca nazwaodbiorcy sobrenome apelido ultimonome nomedotitular fornamn efternamn \
         namnpakortet kortinnehavare mottagare mottagarensnamn etunimi sukunimi saajannimi =saaja kortinhaltija \
         =nimi =namn nameofbeneficiary nameofrecipient payee beneficiary \
         middleinitial middleinitials =initials =initial =forename =forenames secondname maidenname legalname contactname customername =lastname2 \
         recipient remitter debtorname creditorname cardowner ownername accountname1 titolare titolarecarta titolareconto nomeecognome \
         nomecartao nometitular nomeimpresso destinatario =destinataire nomprenom nomusage titulairecompte titulairecarte =contribuyente \
         apellido1 apellido2 nombres nombretarjeta nombrecompletotitular naamrekeninghouder naamkaarthouder naamontvanger ontvanger =tussenvoegsel \
         posiadaczkarty wlascicielkarty wlascicielrachunku imieodbiorcy kortholder kortholdernavn =navn =fornavn =efternavn =etternavn modtager mottaker \
         =jmeno prijmeni celejmeno drzitelkarty nazevprijemce =adi =ad =soyad soyadi adsoyad kartsahibi =prenume =nume numecomplet numetitular \
         =nev csaladnev keresztnev teljesnev kartyabirtokos kedvezmenyezett",
    ),
    (of(FieldClass::Name), 0.65, "=name"),
    (
        of(FieldClass::Address),
        1.0,
        "^address beneficiaryaddress recipientaddress payeeaddress creditoraddress addressline streetaddress =street homeaddress postaladdress billingaddress shippingaddress \
         ^adresse strasse strassehausnummer hausnummer housenumber anschrift =rue adressepostale direccion \
         =calle domicilio indirizzo =adres straatnaam =straat huisnummer =ulica adreszamieszkania numerdomu \
         endereco morada =rua logradouro =adress gatuadress =gata osoite katuosoite lahiosoite postcode \
         postalcode =zip zipcode =plz postleitzahl codepostal codigopostal codicepostale =cap kodpocztowy \
         postnummer postinumero =city =town =ort wohnort =ville ciudad citta =comune miasto miejscowosc \
         cidade localidade woonplaats =plaats =stad =stadt postort postitoimipaikka kaupunki =cep \
         =addr =addr1 =addr2 =address1 addr1 addr2 =postcode =zip4 zippostal =suburb =county =hometown =town townorcity cityortown citytown \
         =hausnr =hsnr =str adresszusatz =wohnhaft complementadresse voie nomvoie numerovoie codpostal =cp =cpostal localidad poblacion provincia municipio \
         =piso residenza =citta =comuneresidenza =civico numerocivico =via =viapiazza toevoeging huisnr postcodehuisnummer gemeente =miejscowosc =kodpoczt =dom nrdomu \
         nrlokalu numerolocalita =bairro =concelho =distrito =freguesia =codigopostal4 =postnr =poststed =postby =by =vej =vejnavn gateadresse husnummer \
         =ulice =mesto =psc =cislopopisne =adres =adresi ilce =mahalle postakodu =strada =localitate =judet =orase =utca =iranyitoszam =varos lakcim",
    ),
    (
        of(FieldClass::Dob),
        1.0,
        "birthdate dateofbirth =dob birthday birthmonth birthyear =birth geburtsdatum geburtstag datenaissance \
         datedenaissance fechanacimiento fechadenacimiento datanascita datadinascita geboortedatum \
         dataurodzenia datanascimento datadenascimento fodelsedatum fodelsedata fodelsedag syntymaaika =bday \
         bdate birthdt birthdayday gebdatum gebdat =geb =geburt gebdag =naissance datenais datnaissance fecnacimiento fecnac fechanac nacimiento nascita datanasc \
         nascimento geboortedag =urodzenia fodselsdato fodselsdag =fodt datumnarozeni narozeni dogumtarihi dogum datanasterii nasterii szuletesidatum szuletes",
    ),
    (
        of(FieldClass::Amount),
        1.0,
        "amount transferamount paymentamount betrag uberweisungsbetrag ueberweisungsbetrag montant importe =monto \
         importo bedrag kwota kwotaprzelewu =valor valortransferencia montante belopp =summa rahamaara =maara \
         =amt amt txnamt howmuch transfervalue paymentvalue =geldbetrag sommevirement =cantidad cantidadtransferir quantia quantiatransferir valorapagar =bedragen \
         belob belop =belobet castka tutar =suma sumadeplata osszeg \
         =summe",
    ),
    (
        of(FieldClass::Balance),
        1.0,
        "balance kontostand saldo =solde soldeducompte soldedisponible zustatek bakiye egyenleg =guthaben kontosaldo",
    ),
    (
        of(FieldClass::Description),
        1.0,
        "verwendungszweck paymentreference transferreference =reference =memo paymentdescription \
         transferdescription messagetopayee notetopayee remittance =motif motifduvirement libelle concepto \
         causale omschrijving mededeling tytulprzelewu tytulem =tytul descricao betalningsmeddelande meddelande \
         =viesti viitenumero viite =ocr =betreff \
         paymentref transferref payref =vwz zahlungsgrund =zweck remittanceinfo remittanceinformation paymentdetails transferdetails messagetorecipient \
         messagetobeneficiary referencevirement libellevirement conceptotransferencia conceptopago asunto causalebonifico descrizione betalingskenmerk kenmerk \
         mededelingen opisprzelewu =opis descritivo descricaotransferencia mensagemdestinatario meddelandemottagare meddelelse melding =kid kidnummer \
         zpravaproprijemce variabilnisymbol =aciklama detaliiplata =kozlemeny",
    ),
    (
        of(FieldClass::Pin),
        1.0,
        "=pin pinnumber pinnummer atmpin cardpin newpin oldpin currentpin confirmpin telepin =tpin geheimzahl \
         codepin kodpin =pinkod pinkoodi pincode codigopin securitypin loginpin onlinepin onlinebankingpin \
         pinconfirm pinrepeat repeatpin reenterpin clavepin pinkode codicepin pinkod cardpinnumber bankingpin internetpin",
    ),
    (
        of(FieldClass::Otp),
        1.0,
        "otp onetimecode onetimepassword onetimepasscode onetimepin verificationcode verifycode =tan smstan mtan \
         pushtan phototan chiptan smscode authcode authenticationcode authenticatorcode 2facode mfacode twofactor \
         totp passcode einmalpasswort einmalcode bestatigungscode bestaetigungscode freigabecode codeverification \
         codedeverification codesms coderecuparsms codeconfirmation codedeconfirmation codeausageunique \
         codigoverificacion codigodeverificacion codigosms codigodeconfirmacion clavedeunsolouso codicediverifica \
         codiceverifica codiceotp codicesms codicediconferma verificatiecode bevestigingscode smskod \
         kodweryfikacyjny kodsms kodautoryzacyjny haslosms codigodeconfirmacao codigodeverificacao verifieringskod \
         engangskod vahvistuskoodi kertakayttokoodi tunnusluku avainluku confirmationcode securitytoken \
         securecode onetime passcodesms smsotp otpsms codeotp otpcode 6digitcode sixdigitcode twofactorcode tfacode =2fa =mfa =tfa loginverification phonecode \
         emailcode pintan itan =atc codigoverif claveotp clavesms clavefirma =firma codigofirma coordenada coordenadas codicesms codicedispositivo codiceoperativo \
         inlogcode inlogcodes signeercode codereader kodjednorazowy kodautoryzacji codigotoken codigoautorizacao codigoautenticacao \
         engangskode bekraeftelseskode bekreftelseskode sikkerhetskodesms jednorazovykod overovacikod dogrulamakodu onaykodu tekkullanimlik codunic codsms \
         egyszerikod megerositokod coderecu codevalidation codedevalidation freigabetan \
         tokencode",
    ),
    (
        of(FieldClass::Password),
        1.0,
        "password passwort passwd =pwd =pass =passwrd userpass kennwort motdepasse =mdp contrasena contrasenya \
         =clave wachtwoord haslo senha palavrapasse palavrachave losenord salasana passphrase \
         =passcode1 loginpassword userpassword passwordconfirm codesecret codsec codeconfidentiel codedacces claveacceso clavedeacceso contrasenia \
         parolachiave parolasegreta secretword memorableword memorableinformation memorableanswer securityanswer secretanswer palavrapass \
         adgangskode kodeord passord =heslo =sifre sifreniz =parola jelszo toegangscode geheimwoord",
    ),
    (
        Meaning::Card,
        0.6,
        "=card =cc =karte =carte =tarjeta =carta =kaart =karta =cartao =kort =kortti paymentcard bankcard",
    ),
    (Meaning::Number, 0.4, "=number =nummer =numero =numer =nr =no =num =numeronr"),
    (Meaning::Code, 0.4, "=code =codigo =codice =kod =koodi"),
    (
        Meaning::Nothing,
        1.0,
        "username usernames userid loginid loginname benutzername benutzerkennung anmeldename zugangsnummer \
         nomutilisateur nomdutilisateur identifiant =identifiantclient usuario nombredeusuario nomeutente \
         gebruikersnaam nazwauzytkownika nomedeusuario utilizador anvandarnamn kayttajatunnus kayttajanimi \
         =search searchterm suche suchbegriff recherche buscar =cerca zoeken szukaj pesquisa =sok =haku captcha \
         coupon couponcode promocode discountcode vouchercode giftcode giftcardcode gutschein gutscheincode \
         codepromo codigopromocional codicesconto kortingscode kodrabatowy rabattkod alennuskoodi quantity =qty \
         =anzahl =quantite companyname firmenname nomentreprise societe empresa azienda bedrijfsnaam nazwafirmy \
         foretag yritys cardtype kartentyp typedecarte tipodetarjeta accounttype kontoart =currency wahrung \
         =devise =country land =pays =pais paese countrycode countrycallingcode =language =website =url \
         =comment comments =message kommentar commentaire comentarios =feedback =title salutation anrede \
         civilite bankname nomdelabanque ordernumber orderid bestellnummer invoicenumber rechnungsnummer \
         trackingnumber sendungsnummer cardnickname nickname displayname accountname accountnickname filename \
         emailfrequency emailsubject =subject newsletter templatename projectname productname eventname \
         subscription rating language referralcode invitecode \
         passwordhint rememberpassword customernumber kundennummer codepays \
         phonetype addresstype ipaddress webaddress \
         birthplace placeofbirth geburtsort lieudenaissance \
         numberofcards numberofaccounts cardcolor carddesign \
         devicename hostname statementname groupname payername merchantname bankname institutionname schoolname petname branchname pincodearea \
         accountstatus cardstatus itemcode productcode postcodelottery claimnumber policynumber orderno orderref bookingreference reservationnumber \
         memberid membershipnumber customerid clientid clientnumber codiceclienteid codicecliente numerocliente numeroclient numeroadherent \
         klantnummer numerklienta kundnummer asiakasnumero brugernavn brugerid brukernavn uzivatelskejmeno uzivatel kullaniciadi kullanicikodu musterino \
         utilizator numeutilizator felhasznalonev felhasznalo identyfikator userlogin loginuser onlineid usercode codeclient codigocliente numerocontrato numerodecontrato \
         legitimationsid teilnehmernummer vertragsnummer contractnumber pasnummer entreprise organization organisation jobtitle position \
         startdate enddate paymentdate executiondate ausfuhrungsdatum ausfuehrungsdatum purposecode frequency ccy kundennr",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_separators_do_not_matter() {
        for text in ["cardNumber", "card_number", "Card number", "CARD-NUMBER", "payment[card][number]"] {
            assert_eq!(meaning_of(text), Some((of(FieldClass::Pan), 1.0)), "{text}");
        }
        assert_eq!(meaning_of("Número de teléfono"), Some((of(FieldClass::Phone), 1.0)));
        assert_eq!(meaning_of("Hasło"), Some((of(FieldClass::Password), 1.0)));
    }

    #[test]
    fn short_words_count_only_as_words() {
        assert_eq!(meaning_of("shipping"), None);
        assert_eq!(meaning_of("PIN").map(|(meaning, _)| meaning), Some(of(FieldClass::Pin)));
        assert_eq!(meaning_of("company"), None);
    }

    #[test]
    fn the_longest_entry_speaks() {
        assert_eq!(meaning_of("E-mail address"), Some((of(FieldClass::Email), 1.0)));
        assert_eq!(meaning_of("Card type"), Some((Meaning::Nothing, 1.0)));
        assert_eq!(meaning_of("gift card code"), Some((Meaning::Nothing, 1.0)));
    }

    #[test]
    fn entries_are_plain() {
        for (_, _, entries) in WORDS {
            for entry in entries.split_ascii_whitespace() {
                let stem = entry.trim_start_matches(['=', '^']);
                assert!(
                    stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()),
                    "{entry}"
                );
            }
        }
    }
}
