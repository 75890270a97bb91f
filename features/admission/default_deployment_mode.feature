@rule-raw-default-crashes-webhook @extended @needs-default-mode
Feature: In v0.9.0 a default mode other than Serverless prevents the creation of plain services
  An administrator can set the deployment mode that services get by default. KServe v0.9.0 writes a default other than
  its own into each new service, as an annotation, and fails if the service has no annotations yet.

  @since-0.9.0 @until-0.9.0
  Scenario Outline: A service without annotations cannot be created with the default mode <mode>
    Given the default deployment mode is "<mode>"
    When a service in namespace "team-a" requests "sklearn"
    Then the service is rejected with "failed calling webhook"

    Examples:
      | mode          |
      | RawDeployment |
      | ModelMesh     |

  @since-0.9.0 @until-0.9.0
  Scenario: A service with an annotation can be created
    Given the default deployment mode is "RawDeployment"
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          example.com/owner: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
      """
    Then the service is accepted

  @since-0.10.0 @until-0.15.2
  Scenario: Since v0.10.0 a service without annotations can be created
    Given the default deployment mode is "RawDeployment"
    When a service in namespace "team-a" requests "sklearn"
    Then the service is accepted
