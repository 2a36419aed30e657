// Package report shows a run: pictures, TensorBoard event files, and one HTML page.
//
// A Panel is a picture with axes: Lines, Curve, Raster, Histogram and others return one. A Figure is
// panels side by side, written as PNG or SVG. A Page is a whole report in one file that needs no
// network. A Board writes event files while a network trains.
//
//	board := report.TensorBoard("runs/a")
//	defer board.Close()
//	h, err := trainer.Fit(ctx, data, train.FitOptions{Epochs: 10, Hooks: board.Hooks()})
//	...
//	err = report.Curves(h).Save("curves.png")
//	err = report.Page{Title: "Clothes", History: h, Settings: report.Settings(trainer)}.Save("run.html")
//
// # Conventions
//
// Epochs, steps and neurons are drawn with the numbers they have; epochs from 1. Values that are NaN
// or infinite, and on logarithmic axes those not above 0, are gaps in curves and are left out of
// histograms: a run that diverged can be looked at. What has nothing to draw says so in its panel.
// Equal data give equal bytes, except where a Board asks for the time. Errors begin with "report:";
// those of settings wrap ErrValue. Everything but a Board may be used by many goroutines.
package report
