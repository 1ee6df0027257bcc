from . import app, blobs, dispatcher, main
