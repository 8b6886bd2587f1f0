"""The certificates that sign webhooks: an authority of our own, and its leaf for the name that PayPal uses."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.world import World

NAME = "messageverificationcerts.sandbox.paypal.com"
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
_ROOT, _LEAF = "paypal.root", "paypal.leaf"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def root(world: World) -> str:
    """The authority's certificate in one line: base64 of its DER form."""
    certificate, _key = _pair(world, _ROOT)
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def chain(world: World) -> bytes:
    """What is served at the address of the certificate: the leaf, then the authority, in PEM."""
    pairs = (_pair(world, _LEAF), _pair(world, _ROOT))
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate, _key in pairs)


def sign(world: World, message: bytes) -> bytes:
    """SHA256withRSA by the leaf's key."""
    _certificate, key = _pair(world, _LEAF)
    return sign_with(key, message)


def sign_with(key: Key, message: bytes) -> bytes:
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("webhooks are signed with RSA")
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def identifier(world: World) -> str:
    """The last part of the certificate's address: `CERT-360caa42-fca2a594-df8cd2d5`."""
    digest = _pair(world, _LEAF)[0].fingerprint(hashes.SHA256()).hex()
    return f"CERT-{digest[:8]}-{digest[8:16]}-{digest[16:24]}"


def _pair(world: World, name: str) -> tuple[x509.Certificate, Key]:
    """A certificate and its key, made once for each state file."""
    with world.store.transaction():
        kept = world.store.setting(name, None)
        if kept is None:
            kept = _made(world, name)
            world.store.set_setting(name, kept)
    key = load_pem_private_key(kept["key"].encode(), None)
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise TypeError(name)
    return x509.load_pem_x509_certificate(kept["certificate"].encode()), key


def _made(world: World, name: str) -> dict[str, str]:
    if name == _ROOT:
        key: Key = ec.generate_private_key(ec.SECP256R1())
        certificate = authority(key)
    else:
        key = rsa.generate_private_key(65537, 2048)
        certificate = leaf(key.public_key(), NAME, *_pair(world, _ROOT))
    return {
        "certificate": certificate.public_bytes(Encoding.PEM).decode(),
        "key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    }


def authority(key: Key, name: str = "Sandbox authority") -> x509.Certificate:
    """A self-signed authority."""
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    subject = _name(name)
    return (
        _builder(subject, subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def leaf(
    public: rsa.RSAPublicKey,
    name: str,
    issuer: x509.Certificate,
    key: Key,
    *,
    validity: tuple[datetime, datetime] = (_FROM, _UNTIL),
) -> x509.Certificate:
    """A certificate of a server of that name."""
    return (
        _builder(_name(name), issuer.subject, public, validity)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    validity: tuple[datetime, datetime] = (_FROM, _UNTIL),
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
