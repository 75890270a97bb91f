@extended @exact-names
Feature: Legacy services in ModelMesh mode
  Another controller manages services in ModelMesh mode, and their legacy key is not converted. The mode is an
  annotation of the service or the default of the cluster. Releases differ in when that default counts, and in which
  services their webhooks can handle.

  @rule-modelmesh-not-converted @since-0.9.0 @until-0.9.0
  Scenario Outline: In v0.9.0 a ModelMesh service with the legacy key <key> needs a version, or the webhook crashes
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          <key>: {storageUri: gs://example/models/model}
      """
    Then the service is rejected

    Examples: Two of the keys
      | key        |
      | tensorflow |
      | pytorch    |

  @rule-modelmesh-not-converted @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 a ModelMesh service with a legacy key and a version is stored unchanged
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          tensorflow:
            storageUri: gs://example/models/model
            runtimeVersion: 2.6.2
      """
    Then it is stored with legacy key "tensorflow"

  @rule-modelmesh-default-converted @rule-exactly-one-implementation @needs-default-mode @since-0.10.0
  Scenario: Where ModelMesh is the default, applying a legacy manifest again is rejected
    Given the default deployment mode is "ModelMesh"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then the service is accepted
    And it is not managed by this controller
    When the service is applied again
    Then the service is rejected with "xactly one of ["

  @rule-modelmesh-not-converted @needs-default-mode @until-0.8.0
  Scenario: In v0.8.0 only the annotation of the service prevents the conversion of a legacy key
    Given the default deployment mode is "ModelMesh"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it is stored with format "sklearn"
    And it is stored without a legacy key
