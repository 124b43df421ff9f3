"""Formats: conversion of other tools' files to and from submissions, with a report of everything that is lost."""
