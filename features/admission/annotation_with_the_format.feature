@rule-model-format-annotation @extended
Feature: Since v0.17.0 the format of a model is written into an annotation
  When a service is written, KServe notes its format in the annotation modelFormat, for runtimes that want to know it.
  An annotation that is there already is left as it is, so that it goes stale when the format changes.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
      | xgboost | 1       | true       |

  @since-0.17.0 @exact-names
  Scenario: The format is noted
    When a service in namespace "team-a" requests "sklearn"
    Then its stored manifest has
      """
      metadata:
        annotations:
          modelFormat: sklearn
      """

  @since-0.17.0 @exact-names
  Scenario: An annotation of the owner's is kept
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          modelFormat: mine
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
      """
    Then its stored manifest has
      """
      metadata:
        annotations:
          modelFormat: mine
      """

  @since-0.17.0 @exact-names
  Scenario: The note stays when the format changes
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
      """
    And the service is updated to
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: xgboost
            storageUri: gs://example/models/model
      """
    Then its stored manifest has
      """
      metadata:
        annotations:
          modelFormat: sklearn
      """

  @until-0.16.0
  Scenario: Up to v0.16.0 nothing is noted
    When a service in namespace "team-a" requests "sklearn"
    Then its stored manifest has no "metadata.annotations.modelFormat"
