@rule-model-format-annotation @extended
Feature: Since v0.17.0 the webhook writes the model format into an annotation
  When a service is created or updated, the webhook writes its model format into the annotation modelFormat, which
  runtimes can use. It does not overwrite an existing annotation, so the annotation goes stale when the format
  changes.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
      | xgboost | 1       | true       |

  @since-0.17.0 @exact-names
  Scenario: The webhook writes the format into the annotation
    When a service in namespace "team-a" requests "sklearn"
    Then its stored manifest has
      """
      metadata:
        annotations:
          modelFormat: sklearn
      """

  @since-0.17.0 @exact-names
  Scenario: An annotation set by the owner is kept
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
  Scenario: The annotation does not change when the format does
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
  Scenario: Up to v0.16.0 there is no annotation
    When a service in namespace "team-a" requests "sklearn"
    Then its stored manifest has no "metadata.annotations.modelFormat"
