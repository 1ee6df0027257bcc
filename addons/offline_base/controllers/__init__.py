from . import blobs, dispatcher, main
